namespace DenoisedSmoothing.Verification;

/// <summary>How bad a difference is.</summary>
public enum VerificationSeverity
{
    /// <summary>It cannot be checked here, for instance because the method is not known: neither confirmed nor contradicted.</summary>
    Unknown,

    /// <summary>It is not what the method gives, but does not claim more: a smaller radius, another number of votes.</summary>
    Different,

    /// <summary>More is claimed than the votes show: the certificate is worthless.</summary>
    Overstated,
}
