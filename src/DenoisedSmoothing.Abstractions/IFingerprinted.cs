namespace DenoisedSmoothing;

/// <summary>Implemented by denoisers, classifiers and base classifiers that can say exactly which function they are.</summary>
public interface IFingerprinted
{
    /// <summary>
    /// A short text that is equal only for the same function: kind, settings and a hash of the weights. It travels in every certificate,
    /// which holds for the certified function only.
    /// </summary>
    string Fingerprint { get; }

    /// <summary>The arithmetic of the forward pass.</summary>
    /// <value>float32.</value>
    string Precision => "float32";
}
