using DenoisedSmoothing.Logs;
using static DenoisedSmoothing.Tool.PlainText;

namespace DenoisedSmoothing.Tool;

/// <summary>Images to look at: the most and the least robust, the wrong ones, those without an answer.</summary>
internal static class ExampleSection
{
    private const int Examples = 6;

    public static Markup Of(ReportView view) => view.Images is { } images
        ? view.Each(log => Of(view, log, images))
        : Markup.Of($"""
            <p>Pictures are left out: the log holds no images. Name the data set as for <code>dds certify</code>, such as
            <code>--data fashion-mnist</code> or <code>--data folder --data-path DIR</code>, and they are shown.</p>

            """);

    private static Markup Of(ReportView view, ReportedLog log, ReportImages images)
    {
        CertificationLogRow[] right = [.. log.Log.Rows.Where(static row => row.Correct).OrderByDescending(static row => row.Radius)
            .ThenBy(static row => row.Index)];
        List<string> problems = [];
        Markup groups = log.Certifies
            ? Markup.Of($"""
                {Group("Most robust", "Right, with the largest certified radius.", right)}
                {Group("Least robust", "Right, with the smallest certified radius: the first that an attack could try.", right.Reverse())}

                """)
            : Group("Right", "Answered with their label.", right);
        IEnumerable<CertificationLogRow> wrong = log.Log.Rows.Where(static row => !row.Correct && !row.Abstained)
            .OrderByDescending(static row => row.Radius).ThenBy(static row => row.Index);
        IEnumerable<CertificationLogRow> abstained = log.Log.Rows.Where(static row => row.Abstained).OrderBy(static row => row.Index);
        // Wrong with a large radius is worse than wrong with a small one: no small change corrects it.
        Markup others = Markup.Of($"""
            {Group("Wrong", log.Certifies ? "Another label is certified, largest radius first." : "Answered with another label.", wrong)}
            {Group("No answer", "The votes did not suffice.", abstained)}

            """);
        Markup trouble = problems.Count == 0 ? Markup.None : Markup.Of(
            $"<p class=\"warn\"><strong>{problems.Count} pictures are left out.</strong> {problems[0]}.</p>\n");
        return Markup.Of($"{trouble}{groups}{others}");

        Markup Group(string title, string about, IEnumerable<CertificationLogRow> rows)
        {
            List<Markup> pictures = [];
            foreach (CertificationLogRow row in rows.Take(Examples))
            {
                string caption = Caption(view, log, row);
                (Markup picture, string? problem) =
                    images.Picture(log, row.Index, row.Label, Text($"Image {row.Index}: {view.NameOf(row.Label)}"));
                if (problem is not null)
                    problems.Add(Text($"Image {row.Index}: {problem}"));
                else
                    pictures.Add(Markup.Of($"<figure>{picture}<figcaption>{caption}</figcaption></figure>\n"));
            }

            return pictures.Count == 0 ? Markup.None
                : Markup.Of($"<h3>{title}</h3>\n<p class=\"soft\">{about}</p>\n<div class=\"pictures\">\n{pictures}</div>\n");
        }
    }

    private static string Caption(ReportView view, ReportedLog log, CertificationLogRow row)
    {
        string label = view.NameOf(row.Label), answer = row.Predicted is { } predicted ? view.NameOf(predicted) : "no answer";
        string what = row.Correct ? $"{label}, right" : row.Abstained ? $"{label}: no answer" : $"{label}, answered {answer}";
        string radius = log.Certifies && !row.Abstained ? $", radius {ReportText.Radius(row.Radius)}" : "";
        string votes = row is { Count: { } count, N: { } n, SelectedLabel: { } selected }
            ? Text($", {count} of {n} votes{(selected == row.Label ? "" : $" for {view.NameOf(selected)}")}")
            : "";
        return Text($"{row.Index}: {what}{radius}{votes}");
    }
}
