using System.Globalization;
using DenoisedSmoothing.Statistics;
using DenoisedSmoothing.Votes;

namespace DenoisedSmoothing;

/// <summary>
/// The certifier of Cohen et al. 2019 ("Certified adversarial robustness via randomized smoothing"; locuslab/smoothing, code/core.py).
/// </summary>
/// <remarks>
/// Differs from that code only where rounding is concerned: bounds, p-values and radii are rounded against the claim that they support,
/// and a bound of exactly 1/2 abstains. Immutable and safe for concurrent use.
/// </remarks>
public sealed class CohenCertifier : ICertifier
{
    internal const string MethodName = "cohen";

    // Raised whenever the same votes can lead to another answer.
    private const int Version = 1;

    /// <summary>Creates the certifier; the defaults are the field's for CIFAR-10 (for ImageNet it takes n = 10,000).</summary>
    /// <param name="n0">Votes that pick the label to certify; at least 1.</param>
    /// <param name="n">Fresh votes that bound the label's probability; at least 1.</param>
    /// <param name="alpha">The allowed probability that an answer is wrong, from <see cref="ClopperPearson.MinAlpha"/> to 1/2.</param>
    /// <param name="predictN">Votes of one prediction; at least 1. See <see cref="PredictN"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range; no count may exceed 2^53.</exception>
    public CohenCertifier(long n0 = 100, long n = 100_000, double alpha = .001, long predictN = 1000)
    {
        CheckCount(n0, nameof(n0));
        CheckCount(n, nameof(n));
        CheckCount(predictN, nameof(predictN));
        Require.CertifierAlpha(alpha);
        (N0, N, Alpha, PredictN) = (n0, n, alpha, predictN);
        Method = CertificationMethod.Parse(Text($"{MethodName} n0={n0} n={n} alpha={alpha} predict={predictN} version={Version}"));
    }

    /// <summary>Votes that pick the label to certify.</summary>
    /// <value>100 by default.</value>
    public long N0 { get; }

    /// <summary>Fresh votes that bound the label's probability.</summary>
    /// <value>100,000 by default.</value>
    public long N { get; }

    /// <summary>The allowed probability that a certificate or a prediction is wrong.</summary>
    /// <value>0.001 by default.</value>
    public double Alpha { get; }

    /// <summary>Votes of one prediction.</summary>
    /// <value>
    /// 1,000 by default: enough, at alpha = 0.001, for a label with 553 votes against 447. The reference's predict.py takes 100,000 by
    /// default, which abstains less on close calls at a hundred times the cost; an answer that is given is as reliable.
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
        return new CohenPrediction(this, classCount, Method);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than two classes.</exception>
    public IVoteTest<Certificate> Certify(int classCount, IRadiusRule rule)
    {
        VoteCheck.Classes(classCount);
        ArgumentNullException.ThrowIfNull(rule);
        return new CohenCertification(this, this, classCount, rule);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than two classes.</exception>
    public IReadOnlyList<string> Warnings(int classCount) => Warnings(classCount, Alpha);

    /// <param name="classCount">The number of classes, at least 2.</param>
    /// <param name="share">The part of alpha that the label's own bound gets.</param>
    internal IReadOnlyList<string> Warnings(int classCount, double share)
    {
        VoteCheck.Classes(classCount);
        List<string> warnings = [];
        if (CertifiedRadius.Largest(N, share, sigma: 1) == 0)
        {
            warnings.Add(
                Text($"Every certification will abstain: even {N} of {N} votes do not show, at alpha = {Alpha}, ")
                + "that a label has more than half. "
                + Text($"Set n to at least {CertifiedRadius.FewestVotes(share)}, and far higher for useful radii, or raise alpha."));
        }

        if (BinomialTest.TwoSided(PredictN, PredictN) > Alpha)
        {
            long fewest = PredictN;
            while (BinomialTest.TwoSided(fewest, fewest) > Alpha)
                fewest++;
            warnings.Add(
                Text($"Every prediction will abstain: even {PredictN} of {PredictN} votes do not show, at alpha = {Alpha}, ")
                + "which label leads. "
                + Text($"Set predictN to at least {fewest}, and far higher for close calls, or raise alpha."));
        }

        return warnings;
    }

    internal static CohenCertifier Of(MethodParameters parameters)
    {
        parameters.Constant("version", Version);
        return new CohenCertifier(
            parameters.Count("n0", 100), parameters.Count("n", 100_000), parameters.Number("alpha", .001),
                parameters.Count("predict", 1000));
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static void CheckCount(long count, string name)
    {
        if (count is < 1 or > ClopperPearson.MaxTrials)
            throw new ArgumentOutOfRangeException(name, count, $"{name} must be between 1 and 2^53.");
    }
}
