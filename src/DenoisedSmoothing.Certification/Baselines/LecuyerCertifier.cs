using DenoisedSmoothing.Statistics;
using DenoisedSmoothing.Votes;

namespace DenoisedSmoothing.Baselines;

/// <summary>
/// Cohen's certifier with the radius of Lecuyer et al. 2019 in place of Cohen's, for comparison: the same votes and the same bound on the
/// label, with its <see cref="LecuyerRadius"/>.
/// </summary>
/// <remarks>
/// Soundness: the radius is the smaller of this one and the noise's own (<see cref="IRadiusRule.Radius"/>), which it never exceeds except
/// by what the grid costs. Predictions are Cohen's. Immutable and safe for concurrent use.
/// </remarks>
public sealed class LecuyerCertifier : FixedVotesCertifier
{
    internal const string MethodName = "lecuyer";

    // Raised whenever the same votes can lead to another answer.
    private const int Version = 1;

    /// <summary>Creates the certifier; the defaults are those of <see cref="CohenCertifier"/>, so that the two can be compared.</summary>
    /// <param name="n0">Votes that pick the label to certify; at least 1.</param>
    /// <param name="n">Fresh votes that bound probabilities; at least 1.</param>
    /// <param name="alpha">The allowed probability that an answer is wrong, from <see cref="ClopperPearson.MinAlpha"/> to 1/2.</param>
    /// <param name="predictN">Votes of one prediction; at least 1. See <see cref="FixedVotesCertifier.PredictN"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range; no count may exceed 2^53.</exception>
    public LecuyerCertifier(long n0 = 100, long n = 100_000, double alpha = .001, long predictN = 1000)
        : base(MethodName, Version, n0, n, alpha, predictN)
    {
    }

    private protected override IVoteTest<Certificate> Test(int classCount, IRadiusRule rule) =>
        new CohenCertification(this, classCount, GaussianOnly.Check(rule), LecuyerRadius.FromBounds);

    private protected override double LabelShare(int classCount) => Alpha;

    internal static LecuyerCertifier Of(MethodParameters parameters) =>
        Read(parameters, Version, static (n0, n, alpha, predictN) => new LecuyerCertifier(n0, n, alpha, predictN));
}
