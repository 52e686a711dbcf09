using System.Globalization;
using DenoisedSmoothing.Noise;
using DenoisedSmoothing.Planning;
using static DenoisedSmoothing.Tool.PlainText;

namespace DenoisedSmoothing.Tool;

/// <summary>How sure the smoothed model is: the lower bounds on the label's probability under noise.</summary>
internal static class BoundSection
{
    private const int Steps = 300;

    public static Markup Of(ReportView view)
    {
        (ReportedLog Log, double[] Bounds)[] known =
            [.. view.Logs.Select(static log => (log, BoundsOf(log))).Where(static its => its.Item2.Length > 0)];
        Markup missing = Markup.Join(view.Logs.Where(static log => log.Certifies && BoundsOf(log).Length == 0).Select(static log =>
            Markup.Of($"<p>{log.Log.Path} does not hold the lower bounds, only radii: logs of dds certify do.</p>\n")));
        return known.Length == 0 ? missing : Markup.Of($"""
            <p>Under the noise, an image's label gets {Share(known.Select(static its => its.Log))}. The certificate rests on a lower
            bound on it: the nearer to 1, the larger the radius. Where only this bound is known, it has to be above one half, or the
            answer is an abstention; a method that also bounds the other classes can certify a label with less.</p>
            {Chart(known)}{known.Select(its => Table(view, its.Log, its.Bounds))}{missing}
            """);
    }

    private static string Share(IEnumerable<ReportedLog> logs)
    {
        bool[] ofScores = [.. logs.Select(static log => log.OfScores).Distinct()];
        return ofScores is [true] ? "a mean score pA"
            : ofScores is [false] ? "a share pA of the votes"
            : "a share pA of the votes or, in certificates of mean scores, a mean score pA";
    }

    private static double[] BoundsOf(ReportedLog log) =>
        log.Certifies ? [.. log.Log.Rows.Where(static row => row.PALower is not null).Select(static row => row.PALower!.Value).Order()]
            : [];

    private static Markup Chart((ReportedLog Log, double[] Bounds)[] known)
    {
        string description = string.Join(" ", known.Select(its => Text(
            $"{its.Log.Name}: half of the images have a bound of at least {Cut(its.Bounds[its.Bounds.Length / 2])}, ")
            + Text($"a tenth is below {Cut(its.Bounds[its.Bounds.Length / 10])}.")));
        return LineChart.Of("bounds", "Distribution of the lower bound of pA", description,
            ("lower bound of pA", Math.Min(.5, known.Min(static its => its.Bounds[0])), 1), "images at or below it",
            [.. known.Select(static its => new ChartSeries(its.Log.Name, Rising(its.Bounds)))]);
    }

    /// <summary>The empirical distribution function, with a limited number of steps: each quantile where it is.</summary>
    private static List<(double X, double Y)> Rising(double[] bounds)
    {
        List<(double X, double Y)> points = [(bounds[0], 0)];
        int every = Math.Max(1, bounds.Length / Steps);
        for (int i = every - 1; i < bounds.Length + every - 1; i += every)
        {
            int place = Math.Min(i, bounds.Length - 1);
            points.Add((bounds[place], points[^1].Y));
            points.Add((bounds[place], (place + 1.0) / bounds.Length));
        }

        points.Add((1, 1));
        return points;
    }

    private static Markup Table(ReportView view, ReportedLog log, double[] bounds)
    {
        // The probability that a radius needs is known only for Cohen's theorem.
        if (log.Log.Norm != Norm.L2 || log.Log.Meta?.Sigma is not { } sigma || log.Log.Method?.Name != "cohen")
            return Markup.None;
        return PageTable.OfText(
            Text($"{log.Name}: the bound that a radius asks for, at sigma {sigma}"),
            ["l2 radius", "bound above", "images with such a bound", "of these right"],
            view.Report.Radii.Where(static radius => radius.Value > 0).Select(radius => (IReadOnlyList<string>)
            [
                radius.Text,
                SamplePlan.NeededProbability(radius.Value, new GaussianRule(sigma)).ToString("0.000000", CultureInfo.InvariantCulture),
                Text($"{log.Log.Rows.Count(row => !row.Abstained && row.Radius >= radius.Value)} of {bounds.Length}"),
                Text($"{log.Analysis.CertifiedCount(radius.Value)}"),
            ]));
    }

    private static string Cut(double bound) => PagePicture.Number(bound, 4);
}
