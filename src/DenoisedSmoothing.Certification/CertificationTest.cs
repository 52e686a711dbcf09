using DenoisedSmoothing.Votes;

namespace DenoisedSmoothing;

/// <summary>
/// The common part of every certification: the label comes from the selection, its bounds from fresh votes, the radius from the bounds.
/// </summary>
/// <param name="certifier">The certifier whose certificates these are.</param>
/// <param name="n0">The number of votes that select.</param>
/// <param name="looks">The numbers of estimation votes at which to look, in increasing order.</param>
/// <param name="alpha">The allowed probability of a wrong certificate.</param>
/// <param name="classCount">K.</param>
/// <param name="rule">What the noise certifies.</param>
/// <param name="theorem">Another theorem's radius from two bounds and a sigma, at most the noise's; null for the noise's own.</param>
internal abstract class CertificationTest(
    ICertifier certifier, long n0, IReadOnlyList<long> looks, double alpha, int classCount, IRadiusRule rule,
    Func<double, double, double, double>? theorem = null)
    : TwoPhaseTest<Certificate>(n0, VotePhase.Estimation, looks, classCount)
{
    /// <summary>The bound on every other class that a bound on the label implies: 1 - p, rounded up where it is not exact.</summary>
    internal static double ComplementRoundedUp(double p)
    {
        // Exact for p at least 1/2; below, the nearest double may lie under it, so the next one is taken.
        double complement = 1 - p;
        return 1 - complement > p ? Math.BitIncrement(complement) : complement;
    }

    protected override bool IsDecided(int look, int label, VoteCounts votes) => false;

    /// <summary>A lower bound on the label's probability and an upper bound on every other class's.</summary>
    /// <param name="label">Chosen before these votes were seen, so the bounds need no correction for the choice.</param>
    /// <param name="votes">At least one.</param>
    protected abstract (double PALower, double PBUpper) Bounds(int label, VoteCounts votes);

    // The noise's own radius holds for the noise that is drawn; no other theorem may claim more.
    private double Radius(double paLower, double pbUpper) => theorem is null
        ? rule.Radius(paLower, pbUpper)
        : Math.Min(rule.Radius(paLower, pbUpper), theorem(paLower, pbUpper, rule.Sigma));

    protected override Certificate Conclude(VoteCounts selection, VoteCounts votes)
    {
        int label = selection.Top;
        (double paLower, double pbUpper) = votes.Total == 0 ? (0, 1) : Bounds(label, votes);
        bool certified = paLower > pbUpper;
        return new Certificate
        {
            Label = certified ? label : null,
            Radius = certified ? Radius(paLower, pbUpper) : 0,
            SelectedLabel = label,
            PALower = paLower,
            PBUpper = pbUpper,
            SelectionVotes = selection,
            EstimationVotes = votes,
            Alpha = alpha,
            Sigma = rule.Sigma,
            Norm = rule.Norm,
            Noise = rule.Description,
            Method = certifier.Method,
        };
    }
}
