using DenoisedSmoothing.Statistics;
using DenoisedSmoothing.Votes;

namespace DenoisedSmoothing;

/// <summary>
/// The certifier of Cohen et al. 2019 ("Certified adversarial robustness via randomized smoothing"; locuslab/smoothing, code/core.py).
/// </summary>
/// <remarks>
/// Differs from that code only in rounding: bounds, p-values and radii are rounded against the claim they support, and a bound of exactly
/// 1/2 abstains. Immutable and safe for concurrent use.
/// </remarks>
public sealed class CohenCertifier : FixedVotesCertifier
{
    internal const string MethodName = "cohen";

    // Raised whenever the same votes can lead to another answer.
    private const int Version = 1;

    /// <summary>Creates the certifier; the defaults are the field's for CIFAR-10 (for ImageNet it takes n = 10,000).</summary>
    /// <param name="n0">Votes that pick the label to certify; at least 1.</param>
    /// <param name="n">Fresh votes that bound the label's probability; at least 1.</param>
    /// <param name="alpha">The allowed probability that an answer is wrong, from <see cref="ClopperPearson.MinAlpha"/> to 1/2.</param>
    /// <param name="predictN">Votes of one prediction; at least 1. See <see cref="FixedVotesCertifier.PredictN"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range; no count may exceed 2^53.</exception>
    public CohenCertifier(long n0 = 100, long n = 100_000, double alpha = .001, long predictN = 1000)
        : base(MethodName, Version, n0, n, alpha, predictN)
    {
    }

    private protected override IVoteTest<Certificate> Test(int classCount, IRadiusRule rule) =>
        new CohenCertification(this, classCount, rule);

    private protected override double LabelShare(int classCount) => Alpha;

    internal static CohenCertifier Of(MethodParameters parameters) =>
        Read(parameters, Version, static (n0, n, alpha, predictN) => new CohenCertifier(n0, n, alpha, predictN));
}
