namespace DenoisedSmoothing.Verification;

/// <summary>How bad a difference is.</summary>
public enum VerificationSeverity
{
    /// <summary>It cannot be checked here, such as a method that is not known: neither confirmed nor contradicted.</summary>
    Unknown,

    /// <summary>It is not what the method gives, but claims no more than it: a smaller radius, another number of votes.</summary>
    Different,

    /// <summary>More is claimed than the votes show: the certificate is worth nothing.</summary>
    Overstated,
}
