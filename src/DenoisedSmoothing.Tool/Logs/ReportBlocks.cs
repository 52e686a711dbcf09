using System.Globalization;
using DenoisedSmoothing.Analysis;

namespace DenoisedSmoothing.Tool;

/// <summary>A report for a screen: a block for each log, as wide as the screen and at most 100 columns.</summary>
internal sealed class ReportBlocks(LogReport report, TextWriter output, int width)
{
    private const int NameWidth = 30, CellWidth = 9;

    public void Write()
    {
        foreach (LogAnalysis log in report.Logs)
        {
            output.WriteLine(log.Log.Path);
            Paragraph(Figures(log));
            if (LargestRadius.Of(log.Log) is { } largest)
                Paragraph(Text($"Largest possible radius {Math.Floor(largest * 1e4) / 1e4:F4}: reached only where all votes agree."));
            output.WriteLine();
            Rows(
            [
                ($"% at {ReportText.Name(log.Log.Norm)} radius", radius => radius.Text),
                (log.AverageCertifiedRadius is null ? "accuracy" : "certified accuracy", Unless(log, radius =>
                    ReportText.Percent(log.CertifiedCount(radius), log.Images))),
                (report.OfTheseImagesRow(log), Unless(log, radius => ReportText.Percent(report.OfTheseImages(log, radius)))),
                (report.OfThePopulationRow(log), Unless(log, radius => ReportText.Percent(report.OfThePopulation(log, radius)))),
                ("cohen_highprob", Unless(log, radius => ReportText.Percent(report.Cohen(log, radius)))),
            ]);
            output.WriteLine();
        }

        if (report.Envelope)
        {
            output.WriteLine("envelope: the best log at each radius");
            output.WriteLine();
            Rows(
            [
                ("% at radius", radius => radius.Text),
                ("certified accuracy", radius => Share(report.Best(radius.Value), radius.Value)),
                ("clean accuracy of that log", radius => Share(report.Best(radius.Value), 0)),
            ]);
            output.WriteLine();
        }

        foreach (LogPair pair in report.Pairs)
            Write(pair);
        foreach (string line in report.Notes.Append(report.ConfidenceNote).Concat(report.BoundNotes).Concat(report.PairNotes)
            .SelectMany(note => Screen.Wrap(note, width)))
            output.WriteLine(line);
    }

    private void Write(LogPair pair)
    {
        output.WriteLine($"{pair.Log.Log.Path} against {pair.First.Log.Path}");
        string average = pair.AverageRadius;
        Paragraph(Text($"{pair.Differences[0].Images} images in both{(average.Length > 0 ? ", " : "")}{average}."));
        output.WriteLine();
        string Cell(ReportRadius radius, Func<PairedDifference, string> text) =>
            text(pair.Differences[report.Radii.ToList().IndexOf(radius)]);
        Rows(
        [
            ($"points at {ReportText.Name(pair.Log.Log.Norm)} radius", radius => radius.Text),
            ("difference", radius => Cell(radius, static its => LogPair.Points(its.Difference, Math.Round))),
            .. pair.HasIntervals ? Bounds() : [],
        ]);
        output.WriteLine();

        IEnumerable<(string, Func<ReportRadius, string>)> Bounds() =>
        [
            ("at least", radius => Cell(radius, static its => LogPair.Points(its.Lower, Math.Floor))),
            ("at most", radius => Cell(radius, static its => LogPair.Points(its.Upper, Math.Ceiling))),
            ("p-value", radius => Cell(radius, static its => LogPair.PValue(its.PValue))),
        ];
    }

    private static string Share(LogAnalysis log, double radius) => ReportText.Percent(log.CertifiedCount(radius), log.Images);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static string Figures(LogAnalysis log)
    {
        string radius = log.AverageCertifiedRadius is null ? "" : $", ACR {ReportText.Radius(log.AverageCertifiedRadius)}";
        string time = log.TotalTime is null ? "" : $", {ReportText.Time(log.TotalTime)} ({ReportText.Seconds(log)} s per image)";
        return Text($"{log.Images} images, {ReportText.PercentUp(log.Abstained, log.Images)}% abstained, clean accuracy ")
            + $"{Share(log, 0)}%{radius}{time}.";
    }

    /// <summary>A dash where no votes could have certified the radius: 0 would blame the model.</summary>
    private static Func<ReportRadius, string> Unless(LogAnalysis log, Func<double, string> cell) =>
        radius => LargestRadius.IsBelow(log, radius.Value) ? "-" : cell(radius.Value);

    private void Paragraph(string text)
    {
        foreach (string line in Screen.Wrap(text, width - 2))
            output.WriteLine("  " + line);
    }

    /// <summary>As many radii side by side as fit, the rest below.</summary>
    private void Rows(IReadOnlyList<(string Name, Func<ReportRadius, string> Cell)> rows)
    {
        int cell = Math.Max(CellWidth, 2 + report.Radii.Max(static radius => radius.Text.Length));
        foreach (ReportRadius[] radii in report.Radii.Chunk(Math.Max(1, (width - 2 - NameWidth) / cell)))
        {
            foreach ((string name, Func<ReportRadius, string> value) in rows)
                output.WriteLine("  " + name.PadRight(NameWidth) + string.Concat(radii.Select(radius => value(radius).PadLeft(cell))));
        }
    }
}
