using System.Globalization;
using DenoisedSmoothing.Noise;
using DenoisedSmoothing.Statistics;

namespace DenoisedSmoothing;

/// <summary>
/// The radii that one run decides under one noise, smallest first, each with its own test: a rung counts only when all below it are
/// rejected too, so that one error probability covers all of them (docs/statistics.md).
/// </summary>
internal sealed class RadiusLadder
{
    /// <summary>
    /// The share of the capital that target radii bet on the votes at the budget: there they reject like Clopper-Pearson at this share of
    /// alpha.
    /// </summary>
    internal const double TailShare = .4;

    /// <summary>Rungs of the open mode, in units of sigma of Gaussian noise; between rungs the bound is solved for.</summary>
    internal const double OpenSpacing = .01;

    private readonly TestMartingale[] _rungs;

    internal RadiusLadder(SequentialOptions options, IRadiusRule rule)
    {
        Threshold = ThresholdOf(options.Alpha);
        IsOpen = options.TargetRadii.Count == 0;
        double[] bounds = IsOpen ? OpenBounds(options) : [.. options.TargetRadii.Select(radius => BoundFor(radius, rule))];
        _rungs = [.. bounds.Select(bound => new TestMartingale(bound, options.Alpha, options.Budget, IsOpen ? 0 : TailShare))];

        TestMartingale[] planned = IsOpen ? _rungs[..1] : _rungs;
        long[] fewest = [.. planned.Select(rung => FewestVotes(rung, Threshold, options.Budget))];
        if (!IsOpen && Array.FindIndex(fewest, votes => votes > options.Budget) is >= 0 and var beyond)
        {
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                $"A target radius of {options.TargetRadii[beyond]} under {rule.Description} is beyond a budget of {options.Budget} "
                    + $"votes at alpha = {options.Alpha}, even if all agree. Raise the budget or leave the radius out."));
        }

        Looks = LookSchedule.Geometric(options.LookGrowth, options.Budget, fewest);
        Plans = [.. planned.Select(rung => new StoppingPlan(rung, Threshold, Looks, options.Worth))];
    }

    /// <summary>Whether there are no targets: then the only plan is the one for radius 0.</summary>
    internal bool IsOpen { get; }

    /// <summary>The logarithm of the evidence that rejects: log(1/alpha), rounded up.</summary>
    internal double Threshold { get; }

    /// <summary>The numbers of votes at which to look, in increasing order; the last is the budget.</summary>
    internal long[] Looks { get; }

    /// <summary>When to stop, for each target radius.</summary>
    internal IReadOnlyList<StoppingPlan> Plans { get; }

    /// <summary>
    /// Whether k successes at a look certify all targets, or are too few to go on for the smallest target not certified. A target that
    /// earlier votes certified and these do not is pursued again: the certificate states only the final votes.
    /// </summary>
    internal bool IsDecided(int look, long k)
    {
        foreach (StoppingPlan plan in Plans)
        {
            if (!plan.Certifies(look, k))
                return plan.GivesUp(look, k);
        }

        return true;
    }

    /// <summary>Whether k successes at a look certify all targets.</summary>
    internal bool CertifiesAll(int look, long k) => Plans.All(plan => plan.Certifies(look, k));

    /// <summary>
    /// The largest p0 found below which every "p is at most p0" is rejected by k successes in n votes; 0 where even 1/2 is not.
    /// </summary>
    internal double Bound(long k, long n)
    {
        double bound = .5;
        foreach (TestMartingale rung in _rungs)
        {
            if (!rung.Rejects(k, n, Threshold))
                return Between(rung, bound, k, n);
            bound = rung.P0;
        }

        return bound;
    }

    /// <summary>log(1/alpha), rounded up.</summary>
    internal static double ThresholdOf(double alpha)
    {
        double log = -Math.Log(alpha);
        return log + 6 * ElementaryFunctions.Unit * Math.Abs(log); // 4 of the logarithm, 1 of this sum
    }

    /// <summary>A p0 whose radius, rounded down, is at least the one asked for, while that of the next smaller double is not.</summary>
    /// <exception cref="ArgumentException">No double below 1 has that radius.</exception>
    internal static double BoundFor(double radius, IRadiusRule rule)
    {
        double bound = rule.ProbabilityFor(radius), most = Math.BitDecrement(1.0);
        return bound < 1 ? bound : throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
            $"A target radius of {radius} is beyond any certificate under {rule.Description}: a bound of 1 - 1e-16 gives "
                + $"{rule.Radius(most, 1 - most):F3}."));
    }

    /// <summary>The fewest votes that reject when all of them agree; budget + 1 where none do.</summary>
    internal static long FewestVotes(TestMartingale martingale, double threshold, long budget) =>
        Bisection.First(1, budget + 1, votes => martingale.LogLower(votes, votes) >= threshold);

    /// <summary>Solves within a rung: the evidence of its alternatives falls as p0 grows from the rung below.</summary>
    private double Between(TestMartingale rung, double below, long k, long n)
    {
        if (below == .5 && rung.LogLower(k, n, .5) < Threshold)
            return 0;
        return Bisection.Border(below, rung.P0, 48, p0 => rung.LogLower(k, n, p0) >= Threshold).Holds;
    }

    /// <summary>They affect only cost, so the probabilities of Gaussian radii serve for any noise.</summary>
    private static double[] OpenBounds(SequentialOptions options)
    {
        GaussianRule unit = new(1);
        double largest = CertifiedRadius.Largest(options.Budget, options.Alpha, 1);
        return [.. Enumerable.Range(0, (int)(largest / OpenSpacing) + 1).Select(i => unit.ProbabilityFor(i * OpenSpacing))];
    }
}
