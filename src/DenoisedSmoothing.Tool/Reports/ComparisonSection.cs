using System.Globalization;
using DenoisedSmoothing.Analysis;
using DenoisedSmoothing.Logs;
using static DenoisedSmoothing.Tool.PlainText;

namespace DenoisedSmoothing.Tool;

/// <summary>Several logs side by side, and the first compared with each of the others, image by image.</summary>
internal static class ComparisonSection
{
    public static Markup Of(ReportView view) => view.Logs.Count == 1 ? Markup.None : Markup.Of(
        $"{SideBySide(view)}{view.Logs.Skip(1).Select(log => Pair(view, view.Logs[0], log))}");

    private static Markup SideBySide(ReportView view) => PageTable.OfText(
        "Certified accuracy in percent, and the average certified radius",
        ["log", "norm", "images", .. view.Report.Radii.Select(static radius => $"at {radius.Text}"), "ACR", "no answer"],
        view.Logs.Select(log => (IReadOnlyList<string>)
        [
            log.Name, log.Norm, Text($"{log.Analysis.Images}"),
            .. view.Report.Radii.Select(radius => (!log.Certifies && radius.Value > 0) || LargestRadius.IsBelow(log.Analysis, radius.Value)
                ? "-"
                : ReportText.Percent(log.Analysis.CertifiedCount(radius.Value), log.Analysis.Images)),
            ReportText.Radius(log.Analysis.AverageCertifiedRadius), ReportText.PercentUp(log.Analysis.Abstained, log.Analysis.Images),
        ]));

    private static Markup Pair(ReportView view, ReportedLog first, ReportedLog second)
    {
        Markup title = Markup.Of($"<h3>{first.Name} against {second.Name}</h3>\n");
        if (Obstacle(first, second) is { } obstacle)
            return Markup.Of($"{title}<p>Not compared image by image: {obstacle}.</p>\n{Settings(first, second)}");
        PairedDifference[] differences;
        try
        {
            ReportRadius[] radii = [.. view.Report.Radii.Where(radius => first.Certifies || radius.Value == 0)];
            differences = [.. radii.Select(radius => PairedDifference.Of(first.Analysis, second.Analysis, radius.Value, view.Report.Rho))];
            if (differences.Length == 0)
                return Markup.None;
            string by = first.ImageHashes.Count > 0 && second.ImageHashes.Count > 0 ? "index, label and hash" : "index and label";
            bool population = LogPair.IsFixed(first.Log) && LogPair.IsFixed(second.Log);
            string[] header =
                ["radius", $"only {first.Name}", $"only {second.Name}", "both", "difference", $"interval, {view.Confidence}", "p-value"];
            IEnumerable<IReadOnlyList<string>> rows = radii.Zip(differences).Select(its => Row(its.First, its.Second, population));
            string remark = population ? "" : " No interval: a log is unfinished, or its images share their noise.";
            return Markup.Of($"""
                {title}<p>{differences[0].Images} images are in both logs, by {by}. Where the two agree they cannot differ, so only the
                images in the columns "only" count.{remark}</p>
                {PageTable.OfText("Paired differences by radius", header, rows)}
                <p class="soft">The interval is for images drawn like these, at one radius chosen before the votes; the p-value is McNemar's
                exact test of no difference. Several radii, several chances to be misled.</p>
                {Settings(first, second)}
                """);
        }
        catch (InvalidDataException e)
        {
            return Markup.Of($"{title}<p>Not compared image by image: {e.Message}</p>\n{Settings(first, second)}");
        }
    }

    private static string? Obstacle(ReportedLog first, ReportedLog second)
    {
        if (LogPair.Obstacle(first.Log, second.Log) is { } obstacle)
            return obstacle;
        bool byHash = first.ImageHashes.Count > 0 && second.ImageHashes.Count > 0;
        if (byHash && first.ImageHashes.Any(its => second.ImageHashes.TryGetValue(its.Key, out string? other) && other != its.Value))
            return "the same index is another image in each";
        return byHash ? null : LogPair.OtherData(first.Log, second.Log);
    }

    private static Markup Settings(ReportedLog first, ReportedLog second) =>
        first.Log.Meta is { } here && second.Log.Meta is { } there && here.DifferencesTo(there) is { Count: > 0 } differences
            ? Markup.Of($"<p>Settings that differ, {first.Name} (there) from {second.Name} "
                + $"(now):</p>\n<ul>\n{differences.Select(static its => Markup.Of($"<li>{its}</li>\n"))}</ul>\n")
            : Markup.None;

    private static IReadOnlyList<string> Row(ReportRadius radius, PairedDifference its, bool population) =>
    [
        radius.Text, Text($"{its.OnlyFirst}"), Text($"{its.OnlySecond}"), Text($"{its.Both}"), LogPair.Points(its.Difference, Math.Round),
        population ? $"{LogPair.Points(its.Lower, Math.Floor)} to {LogPair.Points(its.Upper, Math.Ceiling)}" : "-",
        population ? LogPair.PValue(its.PValue) : "-",
    ];
}
