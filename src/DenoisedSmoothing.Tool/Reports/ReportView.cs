using System.Globalization;

namespace DenoisedSmoothing.Tool;

/// <summary>Everything that the sections of a report use.</summary>
/// <param name="Report">Figures and bounds, as in <c>analyze</c>.</param>
/// <param name="Logs">The logs, in the order of the report.</param>
/// <param name="Headline">The radius that the answer is about.</param>
/// <param name="ClassNames">Names of the classes by label; empty where they are not known.</param>
/// <param name="Images">The data set; null where none was given.</param>
/// <param name="DataWords">What was typed to name the data set, for commands.</param>
internal sealed record ReportView(
    LogReport Report, IReadOnlyList<ReportedLog> Logs, ReportRadius Headline, IReadOnlyList<string> ClassNames, ReportImages? Images,
    string DataWords)
{
    /// <summary>The confidence of the bounds, in percent.</summary>
    public string Confidence => Percent(1 - Report.Rho);

    /// <summary>A probability in percent with all its digits.</summary>
    public static string Percent(double probability) =>
        ((decimal)probability * 100).ToString("0.##########", CultureInfo.InvariantCulture) + "%";

    /// <summary>A class's name, if it has one.</summary>
    public string NameOf(int label) => label < ClassNames.Count ? ClassNames[label]
        : string.Create(CultureInfo.InvariantCulture, $"class {label}");

    /// <summary>Counts of success: never rounded up.</summary>
    public static string Share(int count, int images) =>
        string.Create(CultureInfo.InvariantCulture, $"{count} of {images} ({ReportText.Percent(count, images)}%)");

    /// <summary>Counts of what speaks against the model: never rounded down.</summary>
    public static string ShareUp(int count, int images) =>
        string.Create(CultureInfo.InvariantCulture, $"{count} of {images} ({ReportText.PercentUp(count, images)}%)");

    /// <summary>A part for each log, under the log's name where there are several.</summary>
    public Markup Each(Func<ReportedLog, Markup> part) => Markup.Join(Logs.Select(log =>
        part(log) is { Html.Length: > 0 } body ? Logs.Count > 1 ? Markup.Of($"<h3>{log.Name}</h3>\n{body}") : body : Markup.None));
}
