using System.Globalization;
using DenoisedSmoothing.Analysis;
using DenoisedSmoothing.Statistics;
using static DenoisedSmoothing.Tool.PlainText;

namespace DenoisedSmoothing.Tool;

/// <summary>Certified accuracy by radius: a curve and a table with its bounds.</summary>
internal static class AccuracySection
{
    private const int Steps = 300;

    public static Markup Of(ReportView view) => Markup.Of($"""
        {Chart(view)}{view.Each(log => Table(view, log))}<p class="soft">Shares are cut, never rounded up. A dash: no votes could have
        certified that radius with these settings. "At least" are lower bounds with confidence {view.Confidence} each; the last column is
        the interval, with the same confidence, for the share that such a run would certify of images drawn like these.
        {string.Join(' ', view.Report.BoundNotes)}</p>

        """);

    private static Markup Chart(ReportView view)
    {
        ReportedLog[] certified = [.. view.Logs.Where(static log => log.Certifies && log.Analysis.CorrectRadii.Count > 0)];
        if (certified.Length == 0)
            return Markup.None;
        string norm = string.Join(" or ", certified.Select(static log => log.Norm).Distinct());
        double largest = certified.Max(static log => log.Analysis.CorrectRadii[^1]);
        string description = string.Join(" ", certified.Select(log => Text(
            $"{log.Name}: {ReportText.Percent(log.Analysis.CertifiedCount(0), log.Analysis.Images)}% at radius 0, ")
            + $"{ReportText.Percent(log.Analysis.CertifiedCount(view.Headline.Value), log.Analysis.Images)}% at {view.Headline.Text}, "
            + $"none beyond {ReportText.Radius(log.Analysis.CorrectRadii[^1] + .001)}."))
            + (certified.Length == 1 && HasInterval(certified[0])
                ? $" The band is where the share of images drawn like these lies, at each radius with confidence {view.Confidence}."
                : "");
        return LineChart.Of("curve", "Certified accuracy by radius", description, ($"{norm} radius", 0, largest * 1.02),
            "certified accuracy",
            [.. certified.Select(log => Series(view, log, band: certified.Length == 1))]);
    }

    /// <summary>The curve; where it has more steps than can be seen, it is never above the true one.</summary>
    private static ChartSeries Series(ReportView view, ReportedLog log, bool band)
    {
        LogAnalysis figures = log.Analysis;
        double[] steps = [.. figures.CorrectRadii.Distinct()];
        if (steps.Length > Steps)
            steps = [.. Enumerable.Range(0, Steps + 1).Select(i => steps[^1] * i / Steps)];
        List<(double X, double Y)> points = [(0, figures.CertifiedAccuracy(0))];
        List<(double X, double Low, double High)> around = [];
        Dictionary<int, (double, double)> known = [];
        bool bounds = band && HasInterval(log);
        foreach (double radius in steps)
        {
            int count = figures.CertifiedCount(radius);
            double height = (double)count / figures.Images;
            points.Add((points[^1].X, height));
            if (bounds)
            {
                if (!known.TryGetValue(count, out (double Low, double High) ends))
                    known.Add(count, ends = Interval(count, figures.Images, view.Report.Rho));
                around.Add((points[^1].X, ends.Low, ends.High));
                around.Add((radius, ends.Low, ends.High));
            }

            points.Add((radius, height));
        }

        points.Add((points[^1].X, 0));
        return new ChartSeries(log.Name, points) { Band = around };
    }

    private static Markup Table(ReportView view, ReportedLog log)
    {
        LogAnalysis figures = log.Analysis;
        string of = log.Certifies ? "certified right" : "right";
        return PageTable.OfText(
            log.Certifies ? Text($"Certified accuracy by {log.Norm} radius, {figures.Images} images")
                : Text($"Accuracy of {figures.Images} predictions"),
            [$"{log.Norm} radius", $"images {of}", "share of all", view.Report.OfTheseImagesRow(figures),
                view.Report.OfThePopulationRow(figures),
                "interval"],
            view.Report.Radii.Where(radius => log.Certifies || radius.Value == 0).Select(radius => (IReadOnlyList<string>)
            [
                radius.Text,
                Unless(figures, radius, Text($"{figures.CertifiedCount(radius.Value)} of {figures.Images}")),
                Unless(figures, radius, ReportText.Percent(figures.CertifiedCount(radius.Value), figures.Images) + "%"),
                Unless(figures, radius, Bound(view.Report.OfTheseImages(figures, radius.Value))),
                Unless(figures, radius, Bound(view.Report.OfThePopulation(figures, radius.Value))),
                Unless(figures, radius, HasInterval(log)
                    ? IntervalText(figures.CertifiedCount(radius.Value), figures.Images, view.Report.Rho) : "-"),
            ]));
    }

    /// <summary>A two-sided Clopper-Pearson interval as percentages, rounded outwards.</summary>
    public static string IntervalText(int count, int images, double rho)
    {
        (double low, double high) = Interval(count, images, rho);
        decimal up = Math.Min(100, Math.Ceiling(10_000m * (decimal)high) / 100);
        return ReportText.Percent(low) + " to " + up.ToString("0.00", CultureInfo.InvariantCulture) + "%";
    }

    // Where a run may have been stopped because of what it showed, or images share their noise, no fixed-sample interval is valid.
    private static bool HasInterval(ReportedLog log) =>
        log.Log.SharedNoise == 0 && log.Log.Completeness != Logs.LogCompleteness.Unfinished;

    private static (double Low, double High) Interval(int count, int images, double rho) =>
        (ClopperPearson.Lower(count, images, rho / 2), ClopperPearson.Upper(count, images, rho / 2));

    private static string Bound(double? bound) => bound is null ? "-" : ReportText.Percent(bound) + "%";

    private static string Unless(LogAnalysis log, ReportRadius radius, string cell) => LargestRadius.IsBelow(log, radius.Value) ? "-"
        : cell;
}
