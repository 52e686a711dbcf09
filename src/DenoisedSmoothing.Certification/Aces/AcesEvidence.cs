using System.Globalization;

namespace DenoisedSmoothing.Aces;

/// <summary>What one of the two certificates behind an <see cref="AcesRow"/> rests on: its bounds, and the votes of both phases.</summary>
public sealed record AcesEvidence
{
    /// <summary>The lower bound on the label's probability (<see cref="Certificate.PALower"/>), in [0,1].</summary>
    public required double PALower { get; init; }

    /// <summary>The upper bound on any other label's (<see cref="Certificate.PBUpper"/>), in [0,1].</summary>
    public required double PBUpper { get; init; }

    /// <summary>The votes that picked the label.</summary>
    public required VoteCounts SelectionVotes { get; init; }

    /// <summary>The votes that the bounds are of.</summary>
    public required VoteCounts EstimationVotes { get; init; }

    /// <summary>That of a certificate.</summary>
    /// <param name="certificate">Any certificate.</param>
    public static AcesEvidence Of(Certificate certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        return new AcesEvidence
        {
            PALower = certificate.PALower,
            PBUpper = certificate.PBUpper,
            SelectionVotes = certificate.SelectionVotes,
            EstimationVotes = certificate.EstimationVotes,
        };
    }

    /// <summary>Its four cells of a row, separated by tabs.</summary>
    internal string Cells => string.Join('\t', PALower.ToString("R", CultureInfo.InvariantCulture),
        PBUpper.ToString("R", CultureInfo.InvariantCulture), VotesCell.Text(SelectionVotes), VotesCell.Text(EstimationVotes));

    /// <summary>Reads <see cref="Cells"/>.</summary>
    /// <returns>Null where they are not written so.</returns>
    internal static AcesEvidence? Find(ReadOnlySpan<string> cells) =>
        TryBound(cells[0], out double lower) && TryBound(cells[1], out double upper)
        && VotesCell.Find(cells[2]) is { } selection && VotesCell.Find(cells[3]) is { } estimation
            ? new AcesEvidence { PALower = lower, PBUpper = upper, SelectionVotes = selection, EstimationVotes = estimation }
            : null;

    private static bool TryBound(string text, out double bound) => PlainNumber.TryParse(text, out bound) && bound is >= 0 and <= 1;
}
