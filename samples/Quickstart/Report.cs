using System.Globalization;
using DenoisedSmoothing;
using Spectre.Console;

namespace Quickstart;

/// <summary>The results as a table, then certified accuracy by radius.</summary>
internal static class Report
{
    private static readonly double[] s_radii = [0, 0.25, 0.5, 0.75];

    public static void Print(IReadOnlyList<CertifiedImage> results, IReadOnlyList<string> names)
    {
        Table table = new Table().Border(TableBorder.Simple).AddColumns("#", "true", "predicted", "radius", "pA bound", "votes", "time");
        for (int column = 3; column < 7; column++)
            table.Columns[column].RightAligned();
        for (int i = 0; i < results.Count; i++)
        {
            (int trueLabel, Certificate certificate, TimeSpan time) = results[i];
            string predicted = certificate.Label is not { } label ? "[grey]abstain[/]"
                : label == trueLabel ? $"[green]{Markup.Escape(names[label])}[/]"
                : $"[red]{Markup.Escape(names[label])}[/]";
            table.AddRow(
                i.ToString(CultureInfo.InvariantCulture),
                Markup.Escape(names[trueLabel]),
                predicted,
                certificate.Abstained ? "-" : Cut(certificate.Radius),
                Cut(certificate.PALower),
                string.Create(CultureInfo.InvariantCulture, $"{certificate.EstimationVotes[certificate.SelectedLabel]}/{certificate.N}"),
                string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:F2} s"));
        }

        AnsiConsole.Write(table);
        Table accuracy = new Table().Border(TableBorder.Simple).AddColumn("l2 radius r").AddColumn("certified accuracy at r");
        foreach (double radius in s_radii)
        {
            int certified = results.Count(result => result.Certificate.Label == result.TrueLabel && result.Certificate.Radius >= radius);
            accuracy.AddRow(radius.ToString(CultureInfo.InvariantCulture),
                string.Create(CultureInfo.InvariantCulture, $"{100.0 * certified / results.Count:F1}% ({certified}/{results.Count})"));
        }

        AnsiConsole.Write(accuracy);
    }

    // Cut, never rounded up: a printed radius must not promise more than the certificate.
    public static string Cut(double value) => (Math.Floor(value * 1000) / 1000).ToString("F3", CultureInfo.InvariantCulture);
}
