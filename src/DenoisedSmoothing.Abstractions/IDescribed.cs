namespace DenoisedSmoothing;

/// <summary>Implemented by denoisers, classifiers, base classifiers and networks that can say exactly which function they are.</summary>
/// <remarks>
/// Optional, and without it a certificate cannot name the part beyond this process. A wrapper that leaves the function as it is says
/// <c>public PartInfo Info =&gt; PartInfo.Of(inner);</c>, one that changes it adds its own name and settings:
/// <c>public PartInfo Info =&gt; PartInfo.Of(inner).Named(name =&gt; $"twice({name})");</c>. Precision, reach and input shape come along.
/// </remarks>
public interface IDescribed
{
    /// <summary>What the part is now. Cheap to ask for: weights are read only by <see cref="PartInfo.Fingerprint"/>.</summary>
    PartInfo Info { get; }
}
