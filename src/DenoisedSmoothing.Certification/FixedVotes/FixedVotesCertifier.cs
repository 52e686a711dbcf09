using System.Globalization;
using DenoisedSmoothing.Statistics;
using DenoisedSmoothing.Votes;

namespace DenoisedSmoothing;

/// <summary>
/// What certifiers with a fixed number of votes share: n0 votes pick the label, n fresh votes bound probabilities, and predictions are
/// those of Cohen et al. 2019. They differ in the bounds and in the radius.
/// </summary>
/// <remarks>Immutable and safe for concurrent use.</remarks>
public abstract class FixedVotesCertifier : ICertifier
{
    /// <summary>The smallest alpha that can be divided among many classes.</summary>
    private const double LeastShared = 1e-90;

    /// <param name="name">The method's name.</param>
    /// <param name="version">Raised whenever the same votes can lead to another answer.</param>
    /// <param name="n0">Votes that pick the label to certify; at least 1.</param>
    /// <param name="n">Fresh votes that bound probabilities; at least 1.</param>
    /// <param name="alpha">The allowed probability that an answer is wrong, from <see cref="ClopperPearson.MinAlpha"/> to 1/2.</param>
    /// <param name="predictN">Votes of one prediction; at least 1.</param>
    private protected FixedVotesCertifier(string name, int version, long n0, long n, double alpha, long predictN)
    {
        CheckCount(n0, nameof(n0));
        CheckCount(n, nameof(n));
        CheckCount(predictN, nameof(predictN));
        Require.CertifierAlpha(alpha);
        (N0, N, Alpha, PredictN) = (n0, n, alpha, predictN);
        Method = CertificationMethod.Parse(Text($"{name} n0={n0} n={n} alpha={alpha} predict={predictN} version={version}"));
    }

    /// <summary>Votes that pick the label to certify.</summary>
    /// <value>100 by default.</value>
    public long N0 { get; }

    /// <summary>Fresh votes that bound probabilities.</summary>
    /// <value>100,000 by default.</value>
    public long N { get; }

    /// <summary>The allowed probability that a certificate or a prediction is wrong.</summary>
    /// <value>0.001 by default.</value>
    public double Alpha { get; }

    /// <summary>Votes of one prediction.</summary>
    /// <value>
    /// 1,000 by default: enough, at alpha = 0.001, for a label with 553 votes against 447. The reference's predict.py takes 100,000 by
    /// default, which abstains less often on close calls, at a hundred times the cost; the answers that are given are equally reliable.
    /// </value>
    public long PredictN { get; }

    /// <inheritdoc/>
    public CertificationMethod Method { get; }

    /// <inheritdoc/>
    public VoteRange PredictionVotes => new(PredictN, PredictN);

    /// <inheritdoc/>
    public VoteRange CertificationVotes => new(N0 + N, N0 + N);

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than two classes.</exception>
    public IVoteTest<Prediction> Predict(int classCount)
    {
        VoteCheck.Classes(classCount);
        return new CohenPrediction(this, PredictN, Alpha, classCount);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than two classes.</exception>
    /// <exception cref="ArgumentException">The method's theorem is only about Gaussian noise, and this is another.</exception>
    public IVoteTest<Certificate> Certify(int classCount, IRadiusRule rule)
    {
        VoteCheck.Classes(classCount);
        ArgumentNullException.ThrowIfNull(rule);
        return Test(classCount, rule);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than two classes.</exception>
    public IReadOnlyList<string> Warnings(int classCount)
    {
        VoteCheck.Classes(classCount);
        double share = LabelShare(classCount);
        List<string> warnings = [];
        if (CertifiedRadius.Largest(N, share, sigma: 1) == 0)
        {
            warnings.Add(
                Text($"Every certification will abstain: even {N} of {N} votes do not show, at alpha = {Alpha}, ")
                + "that a label has more than half. "
                + Text($"Set n to at least {CertifiedRadius.FewestVotes(share)}, and far higher for useful radii, or raise alpha."));
        }

        warnings.AddRange(CohenPrediction.Warnings(PredictN, Alpha));
        return warnings;
    }

    /// <summary>The test of one image.</summary>
    private protected abstract IVoteTest<Certificate> Test(int classCount, IRadiusRule rule);

    /// <summary>The part of alpha that the label's own bound gets.</summary>
    private protected abstract double LabelShare(int classCount);

    /// <summary>An alpha that is divided among the classes.</summary>
    private protected static double Shared(double alpha) => alpha < LeastShared
        ? throw new ArgumentOutOfRangeException(nameof(alpha), alpha, "Alpha is shared among the classes and must be at least 1e-90.")
        : alpha;

    /// <summary>Makes a certifier from a method's parameters.</summary>
    private protected static T Read<T>(MethodParameters parameters, int version, Func<long, long, double, long, T> create)
    {
        parameters.Constant("version", version);
        return create(parameters.Count("n0", 100), parameters.Count("n", 100_000), parameters.Number("alpha", .001),
            parameters.Count("predict", 1000));
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static void CheckCount(long count, string name)
    {
        if (count is < 1 or > ClopperPearson.MaxTrials)
            throw new ArgumentOutOfRangeException(name, count, $"{name} must be between 1 and 2^53.");
    }
}
