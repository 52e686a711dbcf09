using System.Globalization;
using DenoisedSmoothing.Training.Attacks;
using Spectre.Console;

namespace DenoisedSmoothing.Tool;

/// <summary>The results of attacks: the tables and the two curves.</summary>
/// <param name="records">At least one image.</param>
/// <param name="attacks">The attacks' names, in the order of each image's trials.</param>
/// <param name="norm">The norm of all lengths.</param>
internal sealed class AttackReport(IReadOnlyList<AttackRecord> records, IReadOnlyList<string> attacks, Norm norm)
{
    private const int RadiiInTable = 8;

    /// <summary>The trials that contradict their certificate, with their images.</summary>
    public IEnumerable<(AttackRecord Image, AttackOutcome Outcome)> Contradictions =>
        records.SelectMany(record => record.Contradictions.Select(outcome => (record, outcome)));

    /// <summary>Trials within certified radii.</summary>
    public int Trials => records.Sum(record => record.Inside.Count);

    /// <summary>Prints both tables.</summary>
    public void Print(TextWriter output, IReadOnlyList<double> beyond)
    {
        IAnsiConsole console = Screen.Tables(output);
        console.Write(InsideTable());
        console.Write(AccuracyTable(beyond));
    }

    /// <summary>Certified accuracy, and accuracy under attack where radii beyond the certified one were tried.</summary>
    public IReadOnlyList<AccuracyCurve> Curves(IReadOnlyList<double> beyond)
    {
        List<AccuracyCurve> curves =
        [
            new("certified, whatever the attack", [.. records.Where(record => record.Certificate.Label == record.Label)
                .Select(record => record.Certificate.Radius).Distinct().Order()], radius => Share(record => record.IsCertifiedAt(radius))),
        ];
        if (beyond.Count > 0)
        {
            curves.Add(new AccuracyCurve($"under {attacks[0]}", [.. records.Where(record => record.StandsAt(0))
                .Select(record => record.ChangedAt).OfType<double>().Where(radius => radius < beyond[^1]).Distinct().Order()],
                radius => Share(record => record.StandsAt(radius)))
            {
                EndsAt = beyond[^1],
            });
        }

        return curves;
    }

    private Table InsideTable()
    {
        Table table = new Table().Border(TableBorder.Simple).AddColumn("within certified radii");
        foreach (string column in new[] { "tried", "held", "undecided", "changed", "votes each" })
            table.AddColumn(new TableColumn(column).RightAligned());
        for (int i = 0; i < attacks.Count; i++)
        {
            AttackOutcome[] its = [.. records.Where(record => record.Inside.Count > i).Select(record => record.Inside[i])];
            table.AddRow(
                attacks[i], $"{its.Length}", Count(AttackVerdict.Held), Count(AttackVerdict.Undecided), Count(AttackVerdict.Changed),
                its.Length == 0 ? "-" : its.Average(outcome => outcome.Votes).ToString("F0", CultureInfo.InvariantCulture));

            string Count(AttackVerdict verdict) => $"{its.Count(outcome => outcome.Verdict == verdict)}";
        }

        return table;
    }

    private Table AccuracyTable(IReadOnlyList<double> beyond)
    {
        double largest = records.Max(record => record.Certificate.Radius);
        double[] radii = beyond.Count > 0 ? [0, .. beyond]
            : [.. Enumerable.Range(0, RadiiInTable).Select(i => Math.Round(largest * i / RadiiInTable, 2)).Distinct()];
        Table table = new Table().Border(TableBorder.Simple)
            .AddColumns($"accuracy within {ReportText.Name(norm)}", "certified");
        if (beyond.Count > 0)
            table.AddColumn($"under {attacks[0]}");
        foreach (TableColumn column in table.Columns)
            column.RightAligned();
        foreach (double radius in radii)
        {
            List<string> row = [radius.ToString(CultureInfo.InvariantCulture), Percent(record => record.IsCertifiedAt(radius))];
            if (beyond.Count > 0)
                row.Add(Percent(record => record.StandsAt(radius)));
            table.AddRow([.. row]);
        }

        return table;
    }

    private string Percent(Func<AttackRecord, bool> holds) => ReportText.Percent(records.Count(holds), records.Count) + "%";

    private double Share(Func<AttackRecord, bool> holds) => (double)records.Count(holds) / records.Count;
}
