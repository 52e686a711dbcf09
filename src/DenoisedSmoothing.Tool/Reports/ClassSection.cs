using DenoisedSmoothing.Analysis;
using DenoisedSmoothing.Logs;
using static DenoisedSmoothing.Tool.PlainText;

namespace DenoisedSmoothing.Tool;

/// <summary>The figures by class: an average can hide a class that is not robust at all.</summary>
internal static class ClassSection
{
    private const int MostClasses = 60, FewImages = 30;

    public static Markup Of(ReportView view) => view.Each(log => Table(view, log));

    private static Markup Table(ReportView view, ReportedLog log)
    {
        ReportRadius[] radii = [.. view.Report.Radii.Where(radius => radius.Value > 0 && log.Certifies)];
        double headline = log.Certifies ? view.Headline.Value : 0;
        var classes = log.Log.Rows.GroupBy(static row => row.Label)
            .Select(group => (Label: group.Key, Rows: group.ToArray(), Certified: group
                .Count(row => row.Correct && row.Radius >= headline)))
            .OrderBy(static its => its.Label).ToArray();
        var worst = classes.OrderBy(static its => (double)its.Certified / its.Rows.Length).ThenBy(static its => its.Label).ToArray();
        var shown = classes.Length <= MostClasses ? classes : [.. worst.Take(MostClasses)];
        string caption = classes.Length <= MostClasses
            ? Text($"{log.Name}: by true class")
            : Text($"{log.Name}: the {MostClasses} classes of {classes.Length} that are certified least");
        Markup table = PageTable.OfText(
            caption,
            ["class", "images", "right", .. radii.Select(radius => $"certified at {radius.Text}"), "wrong", "no answer"],
            shown.Select(its => (IReadOnlyList<string>)
            [
                Name(view, its.Label), Text($"{its.Rows.Length}"), Share(its.Rows.Count(static row => row.Correct), its.Rows.Length),
                .. radii.Select(radius => LargestRadius.IsBelow(log.Analysis, radius.Value)
                    ? "-"
                    : Share(its.Rows.Count(row => row.Correct && row.Radius >= radius.Value), its.Rows.Length)),
                Up(its.Rows.Count(static row => !row.Correct && !row.Abstained), its.Rows.Length),
                Up(its.Rows.Count(static row => row.Abstained), its.Rows.Length),
            ]));
        string few = classes.Any(static its => its.Rows.Length < FewImages)
            ? Text($" Some classes have fewer than {FewImages} images: their shares are rough.")
            : "";
        string weakest = string.Join(", ", worst.Take(3)
            .Select(its => Text($"{view.NameOf(its.Label)} ({its.Certified} of {its.Rows.Length})")));
        string at = log.Certifies ? $"Certified least at {view.Headline.Text}" : "Right least often";
        return Markup.Of($"<p>{at}: {weakest}.{few}</p>\n{table}");
    }

    private static string Name(ReportView view, int label) => label < view.ClassNames.Count
        ? Text($"{label} {view.ClassNames[label]}")
        : Text($"{label}");

    private static string Share(int count, int images) => Text($"{count} ({ReportText.Percent(count, images)}%)");

    private static string Up(int count, int images) => Text($"{count} ({ReportText.PercentUp(count, images)}%)");
}
