using System.Globalization;
using DenoisedSmoothing.Logs;
using static DenoisedSmoothing.Tool.PlainText;

namespace DenoisedSmoothing.Tool;

/// <summary>The settings with which the logs were made.</summary>
internal static class SettingsSection
{
    public static Markup Of(ReportView view) => view.Each(log => PageTable.Facts(Facts(view, log)));

    private static IEnumerable<(string Name, string Value)> Facts(ReportView view, ReportedLog log)
    {
        CertificationLog its = log.Log;
        yield return ("log", its.Path);
        yield return ("holds", log.Certifies ? "certificates" : "predictions");
        yield return ("state", its.Completeness switch
        {
            LogCompleteness.Finished => "finished",
            LogCompleteness.Unfinished => Text(
                $"unfinished: {its.Rows.Count + its.Skipped.Count} of "
                    + $"{its.Meta?.Rows?.ToString(CultureInfo.InvariantCulture) ?? "an unknown number of"} images"),
            _ => "nothing says whether it is finished",
        });
        if (its.Meta is null)
            yield return ("settings", "none beside the log: what follows is what its lines say");
        foreach ((string key, string value) in its.Meta?.Settings ?? new Dictionary<string, string>())
            yield return (key, value);
        foreach ((string key, string value) in its.Meta?.Notes ?? new Dictionary<string, string>())
            yield return ($"note: {key}", value);
        if (its.Meta?.Shard is { } shard)
            yield return ("shard", shard);
        if (its.Meta is null && its.Method is { } method)
            yield return ("method", method.ToString());
        if (its.Meta?.Alpha is null)
        {
            string assumed = its.Alpha is null ? ", assumed: the log does not say" : "";
            yield return ("alpha", Text($"{view.Report.AlphaOf(log.Analysis)}{assumed}"));
        }

        if (LargestRadius.Of(its) is { } largest)
            yield return ("largest radius", $"{ReportText.Radius(largest)}, where all votes agree");
        Provenance[] made = [.. log.Entries.Select(ReportedLog.ProvenanceOf).OfType<Provenance>()];
        foreach (string software in made.Select(static from => from.Software).Distinct().Order(StringComparer.Ordinal))
            yield return ("software", software);
        foreach (string device in made.Select(static from => from.Device).Distinct().Order(StringComparer.Ordinal))
            yield return ("computed on", device);
        if (log.Analysis.TotalTime is { } time)
            yield return ("time", $"{ReportText.Time(time)}, {ReportText.Seconds(log.Analysis)} s per image");
        if (its.Meta is { } meta)
            yield return ("fingerprint", meta.Fingerprint);
    }
}
