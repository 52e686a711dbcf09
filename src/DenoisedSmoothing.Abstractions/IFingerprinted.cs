namespace DenoisedSmoothing;

/// <summary>Implemented by denoisers, classifiers and base classifiers that can say exactly which function they are.</summary>
public interface IFingerprinted
{
    /// <summary>
    /// A short text for exactly this function: kind, settings and a hash of the weights. It travels in every certificate, which holds for the
    /// certified function only. A module of your own is named by its name and weights: two architectures that share both need names
    /// (<c>GetName()</c>) of their own. A part without any fingerprint is told apart within one process only, and the text says so.
    /// </summary>
    string Fingerprint { get; }

    /// <summary>The arithmetic of the forward pass.</summary>
    /// <value>float32.</value>
    string Precision => "float32";
}
