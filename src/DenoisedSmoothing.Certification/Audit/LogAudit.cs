using System.Globalization;
using DenoisedSmoothing.Logs;
using DenoisedSmoothing.Noise;
using DenoisedSmoothing.Statistics;

namespace DenoisedSmoothing.Audit;

/// <summary>
/// Checks a log against the settings that it claims: a radius printed by Cohen's certifier is the printed form of sigma *
/// Phi^-1(Clopper-Pearson bound of k in n at alpha) for some integer k, and not every number is.
/// </summary>
public sealed class LogAudit
{
    private readonly LogAuditRows _rows;

    private LogAudit(CertificationLog log, LogAuditSettings claim, LogAuditRows rows, string? doesNotApply)
    {
        (Log, Claim, _rows, DoesNotApply) = (log, claim, rows, doesNotApply);
        (RadiusPrecision precision, LogAuditSettings settings) = (rows.Precision, claim);
        Precision = precision.ToString();
        LogAuditCheck check = new(settings, precision);
        Findings = doesNotApply is null ? check.Findings(log.Rows) : LogAuditCheck.StructuralFindings(log.Rows);
        CouldContradict = doesNotApply is null ? check.CouldContradict(rows) : 0;
        LargestRadius = check.Largest;
        Notes = [.. NotesOn(log, claim)];
    }

    /// <summary>The log.</summary>
    public CertificationLog Log { get; }

    /// <summary>The settings against which it is checked.</summary>
    public LogAuditSettings Claim { get; }

    /// <summary>
    /// Why the settings say nothing about this log, such as a method that does not take n votes for each image; null when they do.
    /// </summary>
    public string? DoesNotApply { get; }

    /// <summary>The precision of the log's radii, in words.</summary>
    public string Precision { get; }

    /// <summary>The rows that the claimed settings cannot have produced.</summary>
    public IReadOnlyList<LogAuditFinding> Findings { get; }

    /// <summary>
    /// How many rows could contradict the claim at the log's precision: their radius lies where the possible radii leave gaps, so that its
    /// printed value, or the next one up or down, is not among theirs. Where this is 0, passing means nothing.
    /// </summary>
    public int CouldContradict { get; }

    /// <summary>The largest radius that the claimed settings can give.</summary>
    public double LargestRadius { get; }

    /// <summary>Oddities that contradict nothing, such as a column <c>correct</c> that does not match label and prediction.</summary>
    public IReadOnlyList<string> Notes { get; }

    /// <summary>Audits a log.</summary>
    /// <param name="log">A log of certificates.</param>
    /// <param name="claim">The settings with which it is said to have been made.</param>
    /// <exception cref="ArgumentOutOfRangeException">A setting is outside its range.</exception>
    public static LogAudit Run(CertificationLog log, LogAuditSettings claim)
    {
        ArgumentNullException.ThrowIfNull(log);
        ArgumentNullException.ThrowIfNull(claim);
        CertifiedRadius.CheckSigma(claim.Sigma);
        _ = ClopperPearson.Lower(0, claim.N, claim.Alpha);
        LogAuditRows rows = new(log.Rows,
            RadiusPrecision.Detect(log.Rows.Where(static row => row.RadiusText is not null).Select(static row => row.RadiusText!)));
        if (log.Meta?.GridDimension is { } dimension)
            return new LogAudit(log, claim with { GridDimension = dimension }, rows, WhyNot(log));

        // Float noise is certified at the level that is drawn: 0.12 is 0.119999997 there.
        double drawn = new FloatGaussianNoise(claim.Sigma).Level.Certified;
        LogAuditSettings asDrawn = claim with { Sigma = drawn };
        return drawn < claim.Sigma && drawn > 0 && new LogAuditCheck(claim, rows.Precision).Impossible(rows, most: 0) > 0
            && new LogAuditCheck(asDrawn, rows.Precision).Impossible(rows, most: 0) == 0
            ? new LogAudit(log, asDrawn, rows, WhyNot(log))
            : new LogAudit(log, claim, rows, WhyNot(log));
    }

    /// <summary>
    /// Searches alpha, n and sigma for settings that explain the log, nearest to the claim first. Takes seconds for large logs.
    /// </summary>
    /// <param name="cancellationToken">Stops the search.</param>
    /// <returns>
    /// Settings that explain every row, if any; otherwise those that leave the fewest rows impossible, if they do better than the claim.
    /// Settings that no row could contradict are left out.
    /// </returns>
    /// <exception cref="OperationCanceledException">The search was stopped.</exception>
    public IReadOnlyList<LogAuditExplanation> Explain(CancellationToken cancellationToken = default) =>
        DoesNotApply is null && Findings.Count > 0 ? LogAuditSearch.Run(_rows, Claim, cancellationToken) : [];

    private static string? WhyNot(CertificationLog log)
    {
        if (log.Kind == CertificationLogKind.Predict)
            return "it is a log of predictions, which carry no radius";
        string? noise = log.Meta?.Settings.GetValueOrDefault(CertificationLogMeta.NoiseSetting);
        if (noise is not (null or GaussianNoise.Version or GridGaussianNoise.Scheme))
            return $"it was made with the noise '{noise}', whose radii are not those of Gaussian noise";
        return log.Method is { } method && method.Name != CohenCertifier.MethodName
            ? $"it was made by '{method}', whose radii do not come from the Clopper-Pearson bound of a fixed number of votes"
            : null;
    }

    private static IEnumerable<string> NotesOn(CertificationLog log, LogAuditSettings claim)
    {
        int wrong = log.Rows.Count(static row => row.LoggedCorrect is { } logged && logged != (row.Correct ? 1 : 0));
        if (wrong > 0)
        {
            long total = 0;
            bool running = log.Rows.All(row => row.LoggedCorrect == (total += row.Correct ? 1 : 0));
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"The column correct is not what label and predict give in {wrong} rows{(running ? ": it holds a running total" : "")}. "
                    + $"It is not used.");
        }

        if (log.Method is { Name: CohenCertifier.MethodName } method
            && CohenCertifier.Of(new MethodParameters(method)) is var its && (its.N, its.Alpha) != (claim.N, claim.Alpha))
        {
            yield return $"The settings beside the log say '{method}'.";
        }
    }
}
