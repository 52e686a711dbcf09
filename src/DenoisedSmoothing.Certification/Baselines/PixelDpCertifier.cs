using DenoisedSmoothing.Statistics;
using DenoisedSmoothing.Votes;

namespace DenoisedSmoothing.Baselines;

/// <summary>
/// PixelDP (Lecuyer et al. 2019) in its own form, on vote shares: each of K classes is bounded by Clopper-Pearson at alpha/K, the label
/// from below and every other class from above, and the radius is the <see cref="LecuyerRadius"/> of the two.
/// </summary>
/// <remarks>
/// <para>
/// Soundness. One lower bound and K - 1 upper bounds, at alpha/K each, all hold at once with probability at least 1 - alpha. The label
/// comes from separate votes: the released code takes the winner of the votes that bound it, with one one-sided bound for each class, which
/// the union of K errors does not cover. The radius is the smaller of this one and the noise's own (<see cref="IRadiusRule.Radius"/>).
/// </para>
/// Where the label does not lead, PixelDP returns it with radius 0; here that is an abstention. The released experiments use 2,000 votes
/// and alpha 0.05. Predictions are Cohen's. Immutable and safe for concurrent use.
/// </remarks>
public sealed class PixelDpCertifier : FixedVotesCertifier
{
    internal const string MethodName = "pixeldp";

    // Raised whenever the same votes can lead to another answer.
    private const int Version = 1;

    /// <summary>Creates the certifier; the defaults are those of <see cref="CohenCertifier"/>, so that the two can be compared.</summary>
    /// <param name="n0">Votes that pick the label to certify; at least 1.</param>
    /// <param name="n">Fresh votes that bound probabilities; at least 1.</param>
    /// <param name="alpha">The allowed probability that an answer is wrong, from 1e-90 to 1/2.</param>
    /// <param name="predictN">Votes of one prediction; at least 1. See <see cref="FixedVotesCertifier.PredictN"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range; no count may exceed 2^53.</exception>
    public PixelDpCertifier(long n0 = 100, long n = 100_000, double alpha = .001, long predictN = 1000)
        : base(MethodName, Version, n0, n, Shared(alpha), predictN)
    {
    }

    private protected override IVoteTest<Certificate> Test(int classCount, IRadiusRule rule) =>
        new PixelDpCertification(this, classCount, GaussianOnly.Check(rule));

    private protected override double LabelShare(int classCount) => Alpha / classCount;

    internal static PixelDpCertifier Of(MethodParameters parameters) =>
        Read(parameters, Version, static (n0, n, alpha, predictN) => new PixelDpCertifier(n0, n, alpha, predictN));
}
