namespace DenoisedSmoothing.Soft;

/// <summary>
/// A certificate of the soft smoothed classifier, whose answer at an image is the class with the largest mean score under noise: another
/// classifier than the one of votes, about which this says nothing.
/// </summary>
public sealed record SoftCertificate
{
    /// <summary>The certified label; null for an abstention.</summary>
    public required int? Label { get; init; }

    /// <summary>No change of the image of smaller length, in <see cref="Norm"/>, changes the answer; 0 for an abstention.</summary>
    public required double Radius { get; init; }

    /// <summary>The norm of the radius.</summary>
    public required Norm Norm { get; init; }

    /// <summary>The label that the first draws picked.</summary>
    public required int SelectedLabel { get; init; }

    /// <summary>The lower bound of its mean score.</summary>
    public required double MeanLower { get; init; }

    /// <summary>The mean score of the draws that bound it, rounded down.</summary>
    public required double Mean { get; init; }

    /// <summary>The sample variance of those scores, rounded up.</summary>
    public required double Variance { get; init; }

    /// <summary>The number of those scores.</summary>
    public required long N { get; init; }

    /// <summary>The allowed probability that the certificate is wrong.</summary>
    public required double Alpha { get; init; }

    /// <summary>The noise that was drawn, and what it certifies.</summary>
    public required string Noise { get; init; }

    /// <summary>Which image, base classifier and draws it is about; null where it was put together from scores alone.</summary>
    public Provenance? Provenance { get; init; }

    /// <summary>Whether no label is certified.</summary>
    public bool Abstained => Label is null;

    /// <summary>Puts a certificate together.</summary>
    /// <param name="selected">The label, chosen without the scores that bound it.</param>
    /// <param name="scores">Scores of that label on independent draws of the noise.</param>
    /// <param name="alpha">From 1e-100 to 1/2.</param>
    /// <param name="rule">What the noise certifies. Its theorem is of probabilities, and holds for means of scores in [0,1] alike: a
    /// score is the probability of a vote that is drawn from it.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public static SoftCertificate Of(int selected, ScoreSums scores, double alpha, IRadiusRule rule)
    {
        ArgumentNullException.ThrowIfNull(scores);
        ArgumentNullException.ThrowIfNull(rule);
        ArgumentOutOfRangeException.ThrowIfNegative(selected);
        Require.CertifierAlpha(alpha);
        double lower = scores.Lower(alpha);
        bool certified = lower > .5;
        return new SoftCertificate
        {
            Label = certified ? selected : null,
            Radius = certified ? rule.Radius(lower, CertificationTest.ComplementRoundedUp(lower)) : 0,
            Norm = rule.Norm,
            SelectedLabel = selected,
            MeanLower = lower,
            Mean = scores.Mean,
            Variance = scores.Variance,
            N = scores.Count,
            Alpha = alpha,
            Noise = rule.Description,
        };
    }
}
