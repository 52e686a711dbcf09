namespace DenoisedSmoothing.Verification;

/// <summary>A difference between what is claimed and what the votes show.</summary>
/// <param name="Severity">How bad it is.</param>
/// <param name="Member">What differs, by its name in JSON, such as <c>radius</c>.</param>
/// <param name="Message">Both values, in a sentence.</param>
public sealed record VerificationFinding(VerificationSeverity Severity, string Member, string Message)
{
    /// <summary>Member and message.</summary>
    public override string ToString() => $"{Member}: {Message}";
}
