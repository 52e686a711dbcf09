using System.Globalization;
using DenoisedSmoothing.Statistics;
using DenoisedSmoothing.Votes;

namespace DenoisedSmoothing.Staged;

/// <summary>
/// Tests one radius in stages with more and more votes, and stops at the first that shows it, or shows that it will not be reached (M. Z.
/// Horvath, M. N. Müller, M. Fischer and M. Vechev, "Boosting randomized smoothing with variance reduced classifiers", ICLR 2022: adaptive
/// sampling; eth-sri/smoothing-ensembles).
/// </summary>
/// <remarks>
/// <para>
/// Soundness. Every stage picks its label by fresh votes and bounds that label's probability from below by other fresh votes, at alpha / S
/// for S stages. Whatever happened before, the bound of a stage exceeds the probability with probability at most alpha / S; so with
/// probability at least 1 - alpha no stage's bound does, and it does not matter which one is stated, nor why it was the last. The
/// certificate states the last stage's bound with its full radius, which may be larger than the one asked for where the stage shows more,
/// and smaller where no stage shows it. Giving up costs no confidence: it claims nothing.
/// </para>
/// <para>
/// A certificate contains the votes of the stage that it states. Their number tells which stage that was, and so where its samples begin.
/// </para>
/// Predictions are Cohen's. Immutable and safe for concurrent use.
/// </remarks>
public sealed class StagedCertifier : ICertifier
{
    internal const string MethodName = "staged";

    // Raised whenever the same votes can lead to another answer.
    private const int Version = 1;

    private const int MostStages = 20;
    private const long MostVotes = 1_000_000_000;
    private const double LeastAlpha = 1e-90;

    /// <summary>Creates the certifier; the defaults are those of its authors.</summary>
    /// <param name="radius">The radius to decide, in the norm that the noise certifies and [0,1] pixel space; at least 0.</param>
    /// <param name="stages">The votes that bound the label's probability in each stage, increasing, each from 1 to 10^9; 1 to 20 stages.
    /// Null for 1,000, 10,000 and 125,000.</param>
    /// <param name="n0">Votes that pick the label of each stage, from 1 to 10^9.</param>
    /// <param name="alpha">The allowed probability that an answer is wrong, from 1e-90 to 1/2: for all stages together.</param>
    /// <param name="giveUp">The allowed probability, over all stages but the last, of giving up although the label has the probability that
    /// the radius needs; above 0, below 1. It affects what is certified, never whether it is true.</param>
    /// <param name="predictN">Votes of one prediction; at least 1. See <see cref="FixedVotesCertifier.PredictN"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public StagedCertifier(
        double radius, IReadOnlyList<long>? stages = null, long n0 = 100, double alpha = .001, double giveUp = 1e-4, long predictN = 1000)
    {
        Stages = stages is null ? [1000, 10_000, 125_000] : [.. stages];
        if (!(radius >= 0 && double.IsFinite(radius)))
            throw new ArgumentOutOfRangeException(nameof(radius), radius, "The radius to decide must be finite and not negative.");
        if (Stages.Count is < 1 or > MostStages || Stages[0] < 1 || Stages[^1] > MostVotes
            || Stages.Zip(Stages.Skip(1)).Any(static pair => pair.Second <= pair.First))
        {
            throw new ArgumentOutOfRangeException(nameof(stages), string.Join(',', Stages),
                "Stages are 1 to 20 rising numbers of votes, each from 1 to 10^9.");
        }

        if (n0 is < 1 or > MostVotes)
            throw new ArgumentOutOfRangeException(nameof(n0), n0, "n0 must be between 1 and 10^9.");
        if (predictN is < 1 or > ClopperPearson.MaxTrials)
            throw new ArgumentOutOfRangeException(nameof(predictN), predictN, "predictN must be between 1 and 2^53.");
        Require.CertifierAlpha(alpha);
        if (alpha < LeastAlpha)
            throw new ArgumentOutOfRangeException(nameof(alpha), alpha, "Alpha is shared among the stages and must be at least 1e-90.");
        if (!(giveUp >= LeastAlpha && giveUp < 1))
            throw new ArgumentOutOfRangeException(nameof(giveUp), giveUp,
                "The probability of giving up wrongly must be at least 1e-90 and below 1.");
        (Radius, N0, Alpha, GiveUp, PredictN) = (radius, n0, alpha, giveUp, predictN);
        Method = CertificationMethod.Parse(Text($"{MethodName} radius={radius} n0={n0} stages={string.Join(',', Stages)} alpha={alpha} ")
            + Text($"giveup={giveUp} predict={predictN} version={Version}"));
    }

    /// <summary>The radius that is decided.</summary>
    public double Radius { get; }

    /// <summary>The votes that bound the label's probability in each stage, increasing.</summary>
    /// <value>1,000, 10,000 and 125,000 by default.</value>
    public IReadOnlyList<long> Stages { get; }

    /// <summary>Votes that pick the label of each stage.</summary>
    /// <value>100 by default.</value>
    public long N0 { get; }

    /// <summary>The allowed probability that a certificate or a prediction is wrong.</summary>
    /// <value>0.001 by default.</value>
    public double Alpha { get; }

    /// <summary>The allowed probability of giving up although the label has the probability that the radius needs.</summary>
    /// <value>0.0001 by default.</value>
    public double GiveUp { get; }

    /// <summary>Votes of one prediction.</summary>
    /// <value>1,000 by default.</value>
    public long PredictN { get; }

    /// <inheritdoc/>
    public CertificationMethod Method { get; }

    /// <inheritdoc/>
    public VoteRange PredictionVotes => new(PredictN, PredictN);

    /// <inheritdoc/>
    public VoteRange CertificationVotes => new(N0 + Stages[0], N0 * Stages.Count + Stages.Sum());

    /// <summary>The level of each stage's bound: alpha divided by the number of stages, rounded down.</summary>
    internal double Share => Stages.Count == 1 ? Alpha : Math.BitDecrement(Alpha / Stages.Count);

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than two classes.</exception>
    public IVoteTest<Prediction> Predict(int classCount)
    {
        VoteCheck.Classes(classCount);
        return new CohenPrediction(this, PredictN, Alpha, classCount);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than two classes.</exception>
    /// <exception cref="ArgumentException">The radius is beyond what the last stage can certify under this noise.</exception>
    public IVoteTest<Certificate> Certify(int classCount, IRadiusRule rule)
    {
        VoteCheck.Classes(classCount);
        ArgumentNullException.ThrowIfNull(rule);
        double largest = LargestRadius(rule);
        return Radius <= largest ? new StagedCertification(this, classCount, rule) : throw new ArgumentException(string.Create(
            CultureInfo.InvariantCulture, $"A radius of {Radius} under {rule.Description} is beyond a last stage of {Stages[^1]} votes at ")
            + string.Create(CultureInfo.InvariantCulture, $"alpha = {Alpha}, even if all agree: that gives {largest:F3}. Draw more in the ")
            + "last stage, or ask for a smaller radius.");
    }

    /// <summary>The largest radius that a stage can state: that of the last if all votes agree; 0 when it cannot certify at all.</summary>
    /// <param name="rule">What the noise certifies.</param>
    public double LargestRadius(IRadiusRule rule)
    {
        ArgumentNullException.ThrowIfNull(rule);
        double bound = ClopperPearson.Lower(Stages[^1], Stages[^1], Share);
        return bound > .5 ? rule.Radius(bound, CertificationTest.ComplementRoundedUp(bound)) : 0;
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than two classes.</exception>
    public IReadOnlyList<string> Warnings(int classCount)
    {
        VoteCheck.Classes(classCount);
        List<string> warnings = [];
        if (ClopperPearson.Lower(Stages[^1], Stages[^1], Share) <= .5)
        {
            warnings.Add(Text($"Every certification will abstain: even {Stages[^1]} of {Stages[^1]} votes do not show, at alpha = {Alpha} ")
                + Text($"over {Stages.Count} stages, that a label has more than half. Draw more in the last stage, or raise alpha."));
        }

        warnings.AddRange(CohenPrediction.Warnings(PredictN, Alpha));
        return warnings;
    }

    /// <summary>Where the samples of a stage begin, in each phase: after those of earlier stages.</summary>
    /// <param name="n">The stage's estimation votes; 0 where no stage is complete.</param>
    internal (long Selection, long Estimation) FirstSamples(long n) =>
        (N0 * Stages.Count(stage => stage < n), Stages.Where(stage => stage < n).Sum());

    /// <summary>Whether a stage's votes end the test: they certify the radius or give it up.</summary>
    /// <param name="stage">The stage's certificate.</param>
    /// <param name="needed">The probability that the radius needs.</param>
    internal bool Decides(Certificate stage, double needed) => (stage.Label is not null && stage.Radius >= Radius)
        || ClopperPearson.Upper(stage.EstimationVotes[stage.SelectedLabel], stage.N, GiveUp / Math.Max(1, Stages.Count - 1)) < needed;

    internal static StagedCertifier Of(MethodParameters parameters)
    {
        parameters.Constant("version", Version);
        double radius = parameters.Number("radius", double.NaN);
        if (double.IsNaN(radius))
            throw new ArgumentException("A staged method says the radius that it decides: radius=0.5.");
        return new StagedCertifier(radius, parameters.CountList("stages"), parameters.Count("n0", 100), parameters.Number("alpha", .001),
            parameters.Number("giveup", 1e-4), parameters.Count("predict", 1000));
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
