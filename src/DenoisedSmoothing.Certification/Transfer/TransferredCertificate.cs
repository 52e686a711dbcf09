using System.Text.Json.Serialization;

namespace DenoisedSmoothing.Transfer;

/// <summary>
/// A certificate transferred to a successor f' of the classifier it was made for: with confidence 1 - <see cref="Alpha"/>, the smoothed f'
/// answers <see cref="Label"/> for every image within <see cref="Radius"/>; or an abstention. Carries what a sceptic needs to recompute it.
/// </summary>
public sealed record TransferredCertificate
{
    /// <summary>The certificate of f.</summary>
    public required Certificate Original { get; init; }

    /// <summary>How often each <see cref="PairOutcome"/> occurred.</summary>
    public required VoteCounts Pairs { get; init; }

    /// <summary>The upper bound on how much the successor's votes differ.</summary>
    public required double Zeta { get; init; }

    /// <summary>The allowed probability that <see cref="Zeta"/> is too small.</summary>
    public required double TransferAlpha { get; init; }

    /// <summary>The certified label, that of the original; null for an abstention.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required int? Label { get; init; }

    /// <summary>The certified radius in [0,1] pixel space, in the norm of the original, rounded down; 0 for an abstention.</summary>
    public required double Radius { get; init; }

    /// <summary>Lower bound on the probability that one noisy vote of f' falls on the label.</summary>
    public required double PALower { get; init; }

    /// <summary>Upper bound on the probability of every other label.</summary>
    public required double PBUpper { get; init; }

    /// <summary>The method and its parameters (<see cref="CertificateTransfer.Method"/>).</summary>
    public required CertificationMethod Method { get; init; }

    /// <summary>
    /// Where the pairs came from, and what f' is; null when the transfer was fed by hand. The original's provenance says what f is.
    /// </summary>
    public Provenance? Provenance { get; init; }

    /// <summary>The allowed probability that this certificate is wrong: the original's and the transfer's, rounded up.</summary>
    public double Alpha => Math.BitIncrement(Original.Alpha + TransferAlpha);

    /// <summary>True when no label was certified.</summary>
    public bool Abstained => Label is null;
}
