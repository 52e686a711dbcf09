using DenoisedSmoothing.Votes;

namespace DenoisedSmoothing;

/// <summary>
/// Certifies by bounds on every class instead of only the top one, from the votes of Cohen's certifier: pA at alpha/2, each other class at
/// alpha/(2(K-1)). It certifies some images whose label has less than half of the votes, if the rest is spread over many classes.
/// </summary>
/// <remarks>
/// <para>
/// Soundness. The label is fixed by separate votes, so its lower bound errs with probability at most alpha/2 and each of the K-1 upper
/// bounds with at most alpha/(2(K-1)): all hold at once with probability at least 1 - alpha, whatever their dependence. pB is the smaller
/// of the largest upper bound and 1 - pA, either of which bounds every other class, so the radius is never below sigma Phi^-1(pA) with pA
/// at alpha/2: the only possible loss is what Cohen's method loses by halving alpha (Cohen et al. 2019, theorem 1).
/// </para>
/// Predictions are Cohen's. Immutable and safe for concurrent use.
/// </remarks>
public sealed class MulticlassCertifier : FixedVotesCertifier
{
    internal const string MethodName = "multiclass";

    // Raised whenever the same votes can lead to another answer.
    private const int Version = 1;

    /// <summary>Creates the certifier; the defaults are the field's for CIFAR-10 (for ImageNet it takes n = 10,000).</summary>
    /// <param name="n0">Votes that pick the label to certify; at least 1.</param>
    /// <param name="n">Fresh votes that bound all classes; at least 1.</param>
    /// <param name="alpha">The allowed probability that an answer is wrong, from 1e-90 to 1/2.</param>
    /// <param name="predictN">Votes of one prediction; at least 1. See <see cref="FixedVotesCertifier.PredictN"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range; no count may exceed 2^53.</exception>
    public MulticlassCertifier(long n0 = 100, long n = 100_000, double alpha = .001, long predictN = 1000)
        : base(MethodName, Version, n0, n, Shared(alpha), predictN)
    {
    }

    private protected override IVoteTest<Certificate> Test(int classCount, IRadiusRule rule) =>
        new MulticlassCertification(this, classCount, rule);

    private protected override double LabelShare(int classCount) => Alpha / 2; // all votes alike leave pB = 1 - pA

    internal static MulticlassCertifier Of(MethodParameters parameters) =>
        Read(parameters, Version, static (n0, n, alpha, predictN) => new MulticlassCertifier(n0, n, alpha, predictN));
}
