using System.Globalization;

namespace DenoisedSmoothing.Aces;

/// <summary>
/// The answer of a model with a core for one image of a data set, as a row of text: what was selected, what was certified, what the core
/// says, and what comes of it.
/// </summary>
public sealed record AcesRow
{
    private const string Nothing = "-";

    /// <summary>The columns' names, separated by tabs.</summary>
    public static string Header { get; } = string.Join('\t', "idx", "label", "answer", "radius", "outcome", "correct", "core", "selected",
        "selected_radius", "certified", "certified_radius", "selection");

    /// <summary>The image's index in its data set.</summary>
    public required long Index { get; init; }

    /// <summary>Its true label.</summary>
    public required int Label { get; init; }

    /// <summary>The answer (<see cref="AcesCertificate.Label"/>); null for an abstention.</summary>
    public required int? Answer { get; init; }

    /// <summary>The answer's radius in [0,1] pixel space; 0 where it has none.</summary>
    public required double Radius { get; init; }

    /// <summary>What the answer rests on.</summary>
    public required AcesOutcome Outcome { get; init; }

    /// <summary>The core model's label.</summary>
    public required int CoreLabel { get; init; }

    /// <summary>1 where the image is selected, 0 where it is left to the core model; null where the selector abstains.</summary>
    public required int? SelectedLabel { get; init; }

    /// <summary>The radius within which the selection holds.</summary>
    public required double SelectedRadius { get; init; }

    /// <summary>The certification model's label; null where it abstains.</summary>
    public required int? CertifiedLabel { get; init; }

    /// <summary>The radius within which that label holds.</summary>
    public required double CertifiedRadius { get; init; }

    /// <summary>How images are selected, in a word: the same in all rows of a run.</summary>
    public required string Selection { get; init; }

    /// <summary>Whether the answer is the true label; an abstention is not.</summary>
    public bool Correct => Answer == Label;

    /// <summary>The row of an answer.</summary>
    /// <param name="index">The image's index in its data set.</param>
    /// <param name="label">Its true label.</param>
    /// <param name="answer">The answer.</param>
    /// <param name="selection">How images are selected, in a word without tabs or line ends.</param>
    public static AcesRow Of(long index, int label, AcesCertificate answer, string selection)
    {
        ArgumentNullException.ThrowIfNull(answer);
        ArgumentException.ThrowIfNullOrEmpty(selection);
        return new AcesRow
        {
            Index = index,
            Label = label,
            Answer = answer.Label,
            Radius = answer.Radius,
            Outcome = answer.Outcome,
            CoreLabel = answer.CoreLabel,
            SelectedLabel = answer.Selection.Label,
            SelectedRadius = answer.Selection.Radius,
            CertifiedLabel = answer.Certification.Label,
            CertifiedRadius = answer.Certification.Radius,
            Selection = selection,
        };
    }

    /// <summary>The row's cells, separated by tabs: radii in the digits that give the doubles back.</summary>
    public override string ToString() => string.Join('\t', Text(Index), Text(Label), Maybe(Answer), Text(Radius), Outcome,
        Correct ? "1" : "0", Text(CoreLabel), Maybe(SelectedLabel), Text(SelectedRadius), Maybe(CertifiedLabel), Text(CertifiedRadius),
        Selection);

    /// <summary>Reads what <see cref="ToString"/> writes.</summary>
    /// <returns>Null where the line is not written so.</returns>
    internal static AcesRow? Find(string line)
    {
        string[] cells = line.Split('\t');
        if (cells.Length != Header.Split('\t').Length || !PlainNumber.TryParseWhole(cells[0], out long index)
            || !PlainNumber.TryParseWhole(cells[1], out int label) || !PlainNumber.TryParse(cells[3], out double radius)
            || OutcomeNamed(cells[4]) is not { } outcome || !PlainNumber.TryParseWhole(cells[6], out int core)
            || !PlainNumber.TryParse(cells[8], out double selected) || !PlainNumber.TryParse(cells[10], out double certified))
            return null;
        AcesRow row = new()
        {
            Index = index,
            Label = label,
            Answer = Whole(cells[2]),
            Radius = radius,
            Outcome = outcome,
            CoreLabel = core,
            SelectedLabel = Whole(cells[7]),
            SelectedRadius = selected,
            CertifiedLabel = Whole(cells[9]),
            CertifiedRadius = certified,
            Selection = cells[11],
        };
        // Also the cells that are not read, and numbers in another form, are as they were written.
        return row.ToString() == line && row.Follows ? row : null;
    }

    /// <summary>Whether the answer is what selection, certificate and core make of it (<see cref="AcesCertificate"/>).</summary>
    private bool Follows => (Answer, Radius, Outcome) == (SelectedLabel, CertifiedLabel) switch
    {
        (0, _) => (CoreLabel, 0, AcesOutcome.Core),
        (1, { } label) => (label, Math.Min(SelectedRadius, CertifiedRadius), AcesOutcome.Certified),
        (null, { } label) when label == CoreLabel => (label, 0, AcesOutcome.Agreed),
        _ => ((int?)null, 0.0, AcesOutcome.Abstained),
    };

    private static AcesOutcome? OutcomeNamed(string name)
    {
        int place = Array.IndexOf(Enum.GetNames<AcesOutcome>(), name);
        return place < 0 ? null : Enum.GetValues<AcesOutcome>()[place];
    }

    private static int? Whole(string text) => PlainNumber.TryParseWhole(text, out int label) ? label : null;

    private static string Maybe(int? label) => label?.ToString(CultureInfo.InvariantCulture) ?? Nothing;

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Text(double radius) => radius.ToString("R", CultureInfo.InvariantCulture);
}
