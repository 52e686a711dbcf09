namespace DenoisedSmoothing.Training.Attacks;

/// <summary>One attack on one image, judged by fresh votes.</summary>
public sealed record AttackOutcome
{
    /// <summary>What attacked it: <see cref="IAttack.Settings"/>.</summary>
    public required string Attack { get; init; }

    /// <summary>The image's index in its data set.</summary>
    public required long ImageIndex { get; init; }

    /// <summary>The label that was to be changed.</summary>
    public required int Label { get; init; }

    /// <summary>The norm of the two lengths.</summary>
    public required Norm Norm { get; init; }

    /// <summary>How far the image might be moved.</summary>
    public required double Radius { get; init; }

    /// <summary>
    /// How far it was moved: at most <see cref="Radius"/>, computed in double precision from the float32 values that were judged.
    /// </summary>
    public required double Distance { get; init; }

    /// <summary>The judgement.</summary>
    public required AttackVerdict Verdict { get; init; }

    /// <summary>The judge's answer for the attacked image.</summary>
    public required Prediction Answer { get; init; }

    /// <summary>Noisy images that the attack looked at, not counting the judge's.</summary>
    public required long Votes { get; init; }
}
