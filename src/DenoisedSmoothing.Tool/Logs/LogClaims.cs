using DenoisedSmoothing.Verification;

namespace DenoisedSmoothing.Tool;

/// <summary>Checks that logs claim no more than their votes show, before anything is concluded from them.</summary>
internal static class LogClaims
{
    private const int MostShown = 3;

    /// <summary>Verifies a log by its votes.</summary>
    /// <param name="path">The log.</param>
    /// <param name="unverified">Whether a log that claims too much is accepted.</param>
    /// <param name="verb">What is then done with it, for the message.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>What was found; null for a log without votes.</returns>
    /// <exception cref="InvalidDataException">It claims more than its votes show.</exception>
    public static LogVerification? Check(string path, bool unverified, string verb, CancellationToken cancellationToken)
    {
        if (path == LogInput.StandardInput || !LogVerification.HasVotes(path))
            return null;
        LogVerification verification = LogVerification.Run(path, cancellationToken);
        LogFinding[] overstated = [.. Overstated(verification)];
        return unverified || overstated.Length == 0 ? verification : throw new InvalidDataException(
            $"{path} claims more than its votes give:\n  "
                + $"{string.Join("\n  ", overstated.Take(MostShown).Select(static found => found.ToString()))}\n"
                + $"dds verify lists all; --unverified {verb} it anyway.");
    }

    /// <summary>The findings of claims beyond what the votes show.</summary>
    public static IEnumerable<LogFinding> Overstated(LogVerification verification) =>
        verification.Findings.Where(static found => found.Finding.Severity == VerificationSeverity.Overstated);
}
