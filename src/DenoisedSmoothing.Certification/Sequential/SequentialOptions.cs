using DenoisedSmoothing.Statistics;

namespace DenoisedSmoothing;

/// <summary>How a <see cref="SequentialCertifier"/> draws and stops. Only <see cref="Alpha"/> affects validity.</summary>
public sealed record SequentialOptions
{
    /// <summary>The allowed probability that an answer is wrong, from <see cref="ClopperPearson.MinAlpha"/> to 1/2.</summary>
    /// <value>0.001.</value>
    public double Alpha { get; init; } = .001;

    /// <summary>
    /// The radii to decide, in [0,1] pixel space and in the norm that the noise certifies: l2 for Gaussian noise, l1 for uniform noise; in
    /// increasing order, none negative. A run stops when the largest is certified or the next one is given up. Empty means the open mode:
    /// as large a radius as the votes show, until more votes add little (<see cref="RadiusGain"/>).
    /// </summary>
    /// <value>Empty.</value>
    public IReadOnlyList<double> TargetRadii { get; init; } = [];

    /// <summary>Votes that pick the label to certify, never used again; at least 1.</summary>
    /// <value>Null: 20 with target radii, 100 in the open mode, where closer calls matter.</value>
    public long? N0 { get; init; }

    /// <summary>The most estimation votes for one image, not counting the selection; from 1 to 10^9.</summary>
    /// <value>100,000.</value>
    public long Budget { get; init; } = 100_000;

    /// <summary>
    /// What a certificate is worth, in votes: a target is given up where more votes would cost more than they can be expected to gain. A
    /// higher value loses fewer certificates but saves fewer votes.
    /// </summary>
    /// <value>600,000.</value>
    public double Worth { get; init; } = 600_000;

    /// <summary>
    /// Open mode: stop when doubling the votes, at their present shares, would add less than this to the radius; above 0.
    /// </summary>
    /// <value>0.01 in pixel space.</value>
    public double RadiusGain { get; init; } = .01;

    /// <summary>
    /// The ratio of the votes at one look to those at the look before; above 1, at most 2. Closer looks stop sooner, wider ones use a
    /// device better when images run alone.
    /// </summary>
    /// <value>1.1.</value>
    public double LookGrowth { get; init; } = 1.1;

    /// <summary>Votes that pick the label to predict, never used again; at least 1.</summary>
    /// <value>20.</value>
    public long PredictN0 { get; init; } = 20;

    /// <summary>The most further votes for one prediction; from 1 to 10^9.</summary>
    /// <value>10,000.</value>
    public long PredictBudget { get; init; } = 10_000;

    internal void Validate()
    {
        Require.CertifierAlpha(Alpha);
        CheckCount(N0 ?? 1, nameof(N0));
        CheckCount(Budget, nameof(Budget));
        CheckCount(PredictN0, nameof(PredictN0));
        CheckCount(PredictBudget, nameof(PredictBudget));
        if (!(Worth > 0 && double.IsFinite(Worth)))
            throw new ArgumentOutOfRangeException(nameof(Worth), Worth, "A certificate's worth, in votes, must be finite and above 0.");
        if (!(RadiusGain > 0 && double.IsFinite(RadiusGain)))
            throw new ArgumentOutOfRangeException(nameof(RadiusGain), RadiusGain, "The radius gain must be finite and above 0.");
        if (!(LookGrowth > 1 && LookGrowth <= 2))
            throw new ArgumentOutOfRangeException(nameof(LookGrowth), LookGrowth,
                "The growth between looks must be above 1 and at most 2.");
        for (int i = 0; i < TargetRadii.Count; i++)
        {
            double radius = TargetRadii[i];
            if (!(radius >= 0 && double.IsFinite(radius)) || (i > 0 && radius <= TargetRadii[i - 1]))
                throw new ArgumentOutOfRangeException(nameof(TargetRadii), radius,
                    "Target radii must be finite, not negative, and ascending.");
        }
    }

    private static void CheckCount(long count, string name)
    {
        if (count is < 1 or > 1_000_000_000)
            throw new ArgumentOutOfRangeException(name, count, $"{name} must be between 1 and 10^9.");
    }
}
