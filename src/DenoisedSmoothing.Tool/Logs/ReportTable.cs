using DenoisedSmoothing.Analysis;

namespace DenoisedSmoothing.Tool;

/// <summary>A report's cells in percent, for reading: lines of equal length under a header.</summary>
internal sealed class ReportTable
{
    private ReportTable(IReadOnlyList<string> header, IReadOnlyList<string[]> lines) => (Header, Lines) = (header, lines);

    public IReadOnlyList<string> Header { get; }

    public IReadOnlyList<string[]> Lines { get; }

    /// <summary>Lays a report out.</summary>
    /// <param name="report">The report.</param>
    /// <param name="bounds">Whether each log is followed by its high-probability bounds and shown with its time.</param>
    public static ReportTable Of(LogReport report, bool bounds)
    {
        string[] times = bounds ? ["time", "s/image"] : [];
        string[] header = ["log", "images", "abstained %", "clean %", "ACR", .. times,
            .. report.Radii.Select(static radius => "r = " + radius.Text)];
        List<string[]> lines = [];
        foreach (LogAnalysis log in report.Logs)
        {
            string[] its = bounds ? [ReportText.Time(log.TotalTime), ReportText.Seconds(log)] : [];
            lines.Add(
            [
                log.Log.Path, $"{log.Images}", ReportText.PercentUp(log.Abstained, log.Images), Share(log, 0),
                    ReportText.Radius(log.AverageCertifiedRadius),
                .. its, .. report.Radii.Select(radius => Unless(log, radius, Share(log, radius.Value))),
            ]);
            if (bounds)
            {
                lines.Add(Bound(log, report.OfTheseImagesName(log), radius => report.OfTheseImages(log, radius)));
                lines.Add(Bound(log, report.OfThePopulationName(log), radius => report.OfThePopulation(log, radius)));
                lines.Add(Bound(log, "cohen_highprob", radius => report.Cohen(log, radius)));
            }
        }

        if (report.Envelope)
        {
            lines.Add(
            [
                "envelope (clean)", "", "", "", "", .. times.Select(static _ => ""),
                .. report.Radii.Select(radius => report.Best(radius.Value) is var best
                    ? $"{Share(best, radius.Value)} ({Share(best, 0)})"
                    : ""),
            ]);
        }

        return new ReportTable(header, lines);

        string[] Bound(LogAnalysis log, string name, Func<double, double?> bound) =>
            ["  " + name, "", "", ReportText.Percent(bound(0)), "", "", "",
                .. report.Radii.Select(radius => Unless(log, radius, ReportText.Percent(bound(radius.Value))))];
    }

    // A dash where no votes could have certified the radius: 0 would blame the model.
    private static string Unless(LogAnalysis log, ReportRadius radius, string cell) =>
        LargestRadius.IsBelow(log, radius.Value) ? "-" : cell;

    private static string Share(LogAnalysis log, double radius) => ReportText.Percent(log.CertifiedCount(radius), log.Images);
}
