namespace DenoisedSmoothing;

/// <summary>Implemented by denoisers, classifiers, base classifiers and networks that can say exactly which function they are.</summary>
/// <remarks>
/// Optional, but without it a certificate cannot name the part beyond this process. A wrapper that leaves the function unchanged says
/// <c>public PartInfo Info =&gt; PartInfo.Of(inner);</c>, one that changes it adds its name and settings:
/// <c>public PartInfo Info =&gt; PartInfo.Of(inner).Named(name =&gt; $"twice({name})");</c>. Precision, largest sigma and input shape are
/// kept.
/// </remarks>
public interface IDescribed
{
    /// <summary>What the part is now. Cheap to call: weights are read only by <see cref="PartInfo.Fingerprint"/>.</summary>
    PartInfo Info { get; }
}
