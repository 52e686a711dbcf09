using System.Globalization;
using DenoisedSmoothing.Noise;

namespace DenoisedSmoothing.Aces;

/// <summary>
/// The answer of a model with a core for one image of a data set, as a row of text: what was selected, what was certified, what the core
/// says, what comes of it, and the votes behind both certificates, so that all but the core's label can be recomputed.
/// </summary>
public sealed record AcesRow
{
    private const string Nothing = "-";

    // What rows of before they had votes have.
    private const int CellsWithoutVotes = 12, CellsOfEvidence = 4;

    /// <summary>The columns' names, separated by tabs.</summary>
    public static string Header { get; } = string.Join('\t', HeaderWithoutVotes, "noise", "selected_pa", "selected_pb", "selected_n0",
        "selected_n", "certified_pa", "certified_pb", "certified_n0", "certified_n");

    /// <summary>Those of rows without votes, which earlier versions wrote.</summary>
    internal static string HeaderWithoutVotes => string.Join('\t', "idx", "label", "answer", "radius", "outcome", "correct", "core",
        "selected", "selected_radius", "certified", "certified_radius", "selection");

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

    /// <summary>The noise that both certificates are about (<see cref="IRadiusRule.Description"/>), such as <c>grid-gaussian sigma=0.25
    /// dimension=784</c>.</summary>
    /// <value>Null in rows of earlier versions.</value>
    public string? Noise { get; init; }

    /// <summary>What the selection rests on: bounds and votes of the selector, over two classes.</summary>
    /// <value>Null in rows of earlier versions.</value>
    public AcesEvidence? SelectedBy { get; init; }

    /// <summary>What the certified label rests on: bounds and votes of the certification model.</summary>
    /// <value>Null in rows of earlier versions.</value>
    public AcesEvidence? CertifiedBy { get; init; }

    /// <summary>Whether the row holds the votes behind it.</summary>
    public bool HasVotes => Noise is not null && SelectedBy is not null && CertifiedBy is not null;

    /// <summary>Whether the answer is the true label; an abstention is not.</summary>
    public bool Correct => Answer == Label;

    /// <summary>The row of an answer.</summary>
    /// <param name="index">The image's index in its data set.</param>
    /// <param name="label">Its true label.</param>
    /// <param name="answer">The answer.</param>
    /// <param name="selection">How images are selected, in a word without tabs or line ends.</param>
    /// <exception cref="ArgumentException">The two certificates are of different noise.</exception>
    public static AcesRow Of(long index, int label, AcesCertificate answer, string selection)
    {
        ArgumentNullException.ThrowIfNull(answer);
        ArgumentException.ThrowIfNullOrEmpty(selection);
        string noise = RadiusRules.Of(answer.Certification).Description, other = RadiusRules.Of(answer.Selection).Description;
        if (noise != other)
            throw new ArgumentException($"A row is of one noise; the selection is of '{other}', the label of '{noise}'.", nameof(answer));
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
            Noise = noise,
            SelectedBy = AcesEvidence.Of(answer.Selection),
            CertifiedBy = AcesEvidence.Of(answer.Certification),
        };
    }

    /// <summary>The row's cells, separated by tabs: radii in the digits that give the doubles back.</summary>
    public override string ToString()
    {
        string row = string.Join('\t', Text(Index), Text(Label), Maybe(Answer), Text(Radius), Outcome, Correct ? "1" : "0", Text(CoreLabel),
            Maybe(SelectedLabel), Text(SelectedRadius), Maybe(CertifiedLabel), Text(CertifiedRadius), Selection);
        return HasVotes ? string.Join('\t', row, Noise, SelectedBy!.Cells, CertifiedBy!.Cells) : row;
    }

    /// <summary>Reads what <see cref="ToString"/> writes, of this version or an earlier one.</summary>
    /// <returns>Null where the line is not written so. What the numbers claim is not checked: see <see cref="Follows"/>.</returns>
    internal static AcesRow? Find(string line)
    {
        string[] cells = line.Split('\t');
        bool votes = cells.Length == CellsWithoutVotes + 1 + 2 * CellsOfEvidence;
        if ((!votes && cells.Length != CellsWithoutVotes) || !PlainNumber.TryParseWhole(cells[0], out long index)
            || !PlainNumber.TryParseWhole(cells[1], out int label) || !TryRadius(cells[3], out double radius)
            || OutcomeNamed(cells[4]) is not { } outcome || !PlainNumber.TryParseWhole(cells[6], out int core)
            || !TryRadius(cells[8], out double selected) || !TryRadius(cells[10], out double certified))
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
            Noise = votes ? cells[12] : null,
            SelectedBy = votes ? AcesEvidence.Find(cells.AsSpan(CellsWithoutVotes + 1, CellsOfEvidence)) : null,
            CertifiedBy = votes ? AcesEvidence.Find(cells.AsSpan(CellsWithoutVotes + 1 + CellsOfEvidence)) : null,
        };
        // Also the cells that are not read, and numbers in another form, are as they were written.
        return row.ToString() == line ? row : null;
    }

    /// <summary>Whether the answer is what selection, certificate and core make of it.</summary>
    internal bool Follows => (Answer, Radius, Outcome) == Consequence;

    /// <summary>What selection, certificate and core make of it (<see cref="AcesCertificate"/>).</summary>
    internal (int? Answer, double Radius, AcesOutcome Outcome) Consequence => (SelectedLabel, CertifiedLabel) switch
    {
        (0, _) => (CoreLabel, 0, AcesOutcome.Core),
        (1, { } label) => (label, Math.Min(SelectedRadius, CertifiedRadius), AcesOutcome.Certified),
        (null, { } label) when label == CoreLabel => (label, 0, AcesOutcome.Agreed),
        _ => (null, 0.0, AcesOutcome.Abstained),
    };

    private static bool TryRadius(string text, out double radius) =>
        PlainNumber.TryParse(text, out radius) && radius >= 0 && double.IsFinite(radius);

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
