namespace DenoisedSmoothing;

/// <summary>The norm in which a radius is measured. A radius in one norm is not one in another: <c>CertifiedRadius.Convert</c> turns it into one.</summary>
public enum Norm
{
    /// <summary>The Euclidean length of the change, what Gaussian noise certifies.</summary>
    L2,

    /// <summary>The sum of the absolute changes, what uniform noise certifies.</summary>
    L1,

    /// <summary>The largest absolute change of any value.</summary>
    LInfinity,
}
