using DenoisedSmoothing.Logs;

namespace DenoisedSmoothing.Audit;

/// <summary>
/// A log's rows as the audit sees them: equal ones grouped, the largest radius first, since it distinguishes settings best.
/// </summary>
internal sealed class LogAuditRows
{
    public LogAuditRows(IReadOnlyList<CertificationLogRow> rows, RadiusPrecision precision)
    {
        Precision = precision;
        Groups = [.. rows
            .Where(static row => !row.Abstained || row.Count is not null)
            .GroupBy(static row => (row.Abstained, row.Radius, row.N, row.Count, row.PALower))
            .OrderByDescending(static group => group.Key.Radius)
            .Select(static group => (group.First(), group.Count()))];
        LargestRadii = [.. Groups.Select(static group => group.Row.Radius).Where(static radius => radius > 0).Distinct().Take(3)];
    }

    public RadiusPrecision Precision { get; }

    /// <summary>One row of each kind, and how many of it there are. Abstentions say something only where their count is known.</summary>
    public IReadOnlyList<(CertificationLogRow Row, int Count)> Groups { get; }

    public IReadOnlyList<double> LargestRadii { get; }
}
