namespace DenoisedSmoothing.Aces;

/// <summary>
/// The answer of a model that leaves some images to an accurate core model and certifies the others (Horvath et al. 2022b, ACES). The
/// model answers an image x by the smoothed certification model where the smoothed selector says 1, and by the core model, as it is,
/// where it says 0.
/// </summary>
/// <remarks>
/// Soundness. Where the selector is certified to say 1 within one radius and the certification model to give its label within another,
/// the model gives the label within the smaller one. Each certificate errs with probability at most its own alpha, so together they do
/// with at most the sum, however the votes behind them depend: they may be votes of the same noise. The core model is never certified.
/// The released analysis counts an open selection as selected; here it is <see cref="AcesOutcome.Agreed"/> at best.
/// </remarks>
public sealed record AcesCertificate
{
    private AcesCertificate(Certificate selection, Certificate certification, int coreLabel) =>
        (Selection, Certification, CoreLabel) = (selection, certification, coreLabel);

    /// <summary>The label; null for an abstention.</summary>
    public int? Label { get; private init; }

    /// <summary>No change of the image of smaller length changes the model's answer; 0 where nothing is certified.</summary>
    public double Radius { get; private init; }

    /// <summary>What the answer rests on.</summary>
    public AcesOutcome Outcome { get; private init; }

    /// <summary>The selector's certificate: label 1 where the image is selected, 0 where it is left to the core model.</summary>
    public Certificate Selection { get; }

    /// <summary>The certification model's certificate.</summary>
    public Certificate Certification { get; }

    /// <summary>The core model's label.</summary>
    public int CoreLabel { get; }

    /// <summary>The allowed probability that the answer is wrong: both certificates' together.</summary>
    public double Alpha => Math.BitIncrement(Selection.Alpha + Certification.Alpha);

    /// <summary>Puts an answer together.</summary>
    /// <param name="selection">Of a smoothed selector of two classes, at a part of alpha: half of it in the paper.</param>
    /// <param name="certification">Of the smoothed certification model, at the rest of alpha, for the same image.</param>
    /// <param name="coreLabel">The core model's label of the image; at least 0.</param>
    /// <exception cref="ArgumentException">The selection has other labels than 0 and 1, the radii are of different norms, or the
    /// certificates are of different images.</exception>
    public static AcesCertificate Of(Certificate selection, Certificate certification, int coreLabel)
    {
        ArgumentNullException.ThrowIfNull(selection);
        ArgumentNullException.ThrowIfNull(certification);
        ArgumentOutOfRangeException.ThrowIfNegative(coreLabel);
        if (selection.EstimationVotes.ClassCount != 2 || selection.Label is not (null or 0 or 1))
            throw new ArgumentException("A selection is of two classes: left to the core model, and selected.", nameof(selection));
        if (selection.Norm != certification.Norm)
            throw new ArgumentException($"The selection is certified in {selection.Norm}, the label in {certification.Norm}.",
                nameof(certification));
        if (selection.Provenance is { } chosen && certification.Provenance is { } labelled && chosen.ImageHash != labelled.ImageHash)
            throw new ArgumentException($"The selection is of the image {chosen.ImageHash}, the label of {labelled.ImageHash}.",
                nameof(certification));
        AcesCertificate parts = new(selection, certification, coreLabel);
        return (selection.Label, certification.Label) switch
        {
            (0, _) => parts with { Label = coreLabel, Outcome = AcesOutcome.Core },
            (1, { } label) => parts with
            {
                Label = label,
                Radius = Math.Min(selection.Radius, certification.Radius),
                Outcome = AcesOutcome.Certified,
            },
            (null, { } label) when label == coreLabel => parts with { Label = label, Outcome = AcesOutcome.Agreed },
            _ => parts,
        };
    }
}
