using DenoisedSmoothing.Verification;

namespace DenoisedSmoothing.Tool;

/// <summary>Whether logs claim no more than their votes give, before anything is said on their grounds.</summary>
internal static class LogClaims
{
    private const int MostShown = 3;

    /// <summary>Verifies a log by its votes.</summary>
    /// <param name="path">The log.</param>
    /// <param name="unverified">Whether one that claims too much is let through.</param>
    /// <param name="verb">What is done with it then, for the message.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>What was found; null for a log without votes.</returns>
    /// <exception cref="InvalidDataException">It claims more than its votes give.</exception>
    public static LogVerification? Check(string path, bool unverified, string verb, CancellationToken cancellationToken)
    {
        if (path == LogInput.StandardInput || !LogVerification.HasVotes(path))
            return null;
        LogVerification verification = LogVerification.Run(path, cancellationToken);
        LogFinding[] overstated = [.. Overstated(verification)];
        return unverified || overstated.Length == 0 ? verification : throw new InvalidDataException(
            $"{path} claims more than its votes give:\n  "
                + $"{string.Join("\n  ", overstated.Take(MostShown).Select(static found => found.ToString()))}\n"
                + $"dds verify lists all; --unverified {verb} it nevertheless.");
    }

    /// <summary>The findings that say more than the votes give.</summary>
    public static IEnumerable<LogFinding> Overstated(LogVerification verification) =>
        verification.Findings.Where(static found => found.Finding.Severity == VerificationSeverity.Overstated);
}
