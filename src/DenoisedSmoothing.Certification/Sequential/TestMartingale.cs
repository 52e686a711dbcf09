using DenoisedSmoothing.Statistics;

namespace DenoisedSmoothing;

/// <summary>
/// A test martingale for "p is at most p0" from k successes in n: the weighted mean of the likelihood ratios of finitely many
/// alternatives q, all above p0, and of the binomial tail at the budget; computed so that it is never above its true value.
/// docs/statistics.md proves what is used here.
/// </summary>
internal sealed class TestMartingale
{
    private const double Unit = ElementaryFunctions.Unit;

    private readonly double[] _alternatives;
    private readonly (double Hit, double Miss)[] _ratios;
    private readonly double _logWeight;

    private readonly long _budget;
    private readonly long _needed;
    private readonly double _logTailWeight;

    /// <param name="p0">The largest null hypothesis, in [1/2, 1).</param>
    /// <param name="alpha">The level for which the alternatives are placed; it is a martingale at every level.</param>
    /// <param name="budget">The most votes there will be.</param>
    /// <param name="tailShare">The starting capital bet on the binomial tail at the budget, in [0, 1); the alternatives share the
    /// rest.</param>
    internal TestMartingale(double p0, double alpha, long budget, double tailShare)
    {
        P0 = p0;
        _budget = budget;
        _needed = SuccessesNeeded(p0, budget, alpha * tailShare);
        bool tail = tailShare > 0 && _needed <= budget;
        _alternatives = Placed(p0, Math.Log(1 / alpha), budget);
        _ratios = [.. _alternatives.Select(q => LogRatios(q, p0))];
        _logWeight = Math.Log((tail ? 1 - tailShare : 1) / _alternatives.Length);

        // Dividing by the upper bound on the tail bets at most its true share of the capital.
        _logTailWeight = tail ? Math.Log(tailShare) - BinomialTail.AtLeast(_needed, budget, p0).Upper : double.NegativeInfinity;
    }

    /// <summary>The largest null hypothesis that this martingale tests.</summary>
    internal double P0 { get; }

    /// <summary>
    /// The alternatives, which equally share the capital not bet on the tail: all above <see cref="P0"/>, the first of them 1.
    /// </summary>
    internal IReadOnlyList<double> Alternatives => _alternatives;

    /// <summary>The number of successes at the budget on which the tail is bet; more than the budget where there is none.</summary>
    internal long Needed => _needed;

    /// <summary>A lower bound on the logarithm of the martingale for "p is at most P0".</summary>
    internal double LogLower(long k, long n) => LogLower(k, n, P0, _ratios);

    /// <summary>Whether the martingale for "p is at most P0" has reached a threshold, given as a logarithm.</summary>
    internal bool Rejects(long k, long n, double threshold)
    {
        if (Math.FusedMultiplyAdd(-P0, n, k) <= 0)
            return false;

        // One alternative is often enough; this margin is far above its error.
        double enough = threshold - _logWeight + 1e-6 * Math.Max(1, threshold);
        foreach ((double hit, double miss) in _ratios)
        {
            double hits = k * hit, misses = k == n ? 0 : (n - k) * miss;
            if (hits + misses >= enough + 1e-12 * (hits - misses))
                return true;
        }

        return LogLower(k, n) >= threshold;
    }

    /// <summary>
    /// The same for "p is at most <paramref name="p0"/>", with the same alternatives; for fixed votes it falls as p0 grows towards k/n.
    /// </summary>
    /// <param name="k">Successes.</param>
    /// <param name="n">Votes, at most the budget.</param>
    /// <param name="p0">In [1/2, <see cref="P0"/>].</param>
    internal double LogLower(long k, long n, double p0) => LogLower(k, n, p0, [.. _alternatives.Select(q => LogRatios(q, p0))]);

    private double LogLower(long k, long n, double p0, (double Hit, double Miss)[] ratios)
    {
        // Nothing is claimed beyond the observed share: that is where the mixture falls in p0.
        if (Math.FusedMultiplyAdd(-p0, n, k) <= 0)
            return double.NegativeInfinity;

        Span<double> terms = stackalloc double[ratios.Length + 1];
        double largest = terms[^1] = LogTail(k, n);
        for (int j = 0; j < ratios.Length; j++)
        {
            (double hit, double miss) = ratios[j];
            double hits = k * hit, misses = k == n ? 0 : (n - k) * miss;

            // The logarithms are good to 12 units, each product costs 1 more, the sum 1, this subtraction 1.
            terms[j] = _logWeight + (hits + misses - 16 * Unit * (hits - misses));
            largest = Math.Max(largest, terms[j]);
        }

        if (double.IsNegativeInfinity(largest))
            return largest;
        double sum = 0;
        foreach (double term in terms)
            sum += Math.Exp(term - largest);

        // In units: 1 per term for the addition, 1 for x in exp(x) (|x| exp(x) < 1) and 4 for exp, weighted by size; 4 of each logarithm
        // (the weights' are below 8 in size); the roundings of sums no larger than |largest| + 8; weights that add up to 1 within 2.
        return largest + Math.Log(sum) - Unit * (2 * terms.Length + 128 + 4 * Math.Abs(largest));
    }

    /// <summary>
    /// The tail's share: log of P(K at the budget is at least the number needed, given the votes so far) divided by the same without them.
    /// </summary>
    private double LogTail(long k, long n)
    {
        if (double.IsNegativeInfinity(_logTailWeight) || n > _budget)
            return double.NegativeInfinity;
        double conditional = BinomialTail.AtLeast(_needed - k, _budget - n, P0).Lower;
        return conditional + _logTailWeight - 4 * Unit * (Math.Abs(conditional) + Math.Abs(_logTailWeight));
    }

    /// <summary>
    /// The fewest successes at the budget whose tail probability at p0 is provably at most the level; budget + 1 where there are none.
    /// </summary>
    private static long SuccessesNeeded(double p0, long budget, double level)
    {
        if (level == 0)
            return budget + 1;
        double limit = Math.Log(level);
        limit -= 4 * Unit * Math.Abs(limit);
        return Bisection.First(0, budget + 1, needed => BinomialTail.AtLeast(needed, budget, p0).Upper <= limit);
    }

    /// <summary>
    /// q = 1, and those whose divergence from p0 is 1/2, 1/4, ... of that: each, as a known p, would need twice the votes of the one
    /// before, up to the budget. Any q above p0 is valid, so rounding needs no care here.
    /// </summary>
    private static double[] Placed(double p0, double evidence, long budget)
    {
        List<double> alternatives = [1];
        double divergence = -Math.Log(p0) / 2;
        for (; evidence / divergence <= budget && alternatives.Count < 64; divergence /= 2)
        {
            double high = Bisection.Border(p0, alternatives[^1], 60, q => Divergence(q, p0) < divergence).Fails;
            if (high <= p0 || high >= 1)
                break;
            alternatives.Add(high);
        }

        return [.. alternatives];
    }

    /// <summary>The Kullback-Leibler divergence of coins, KL(q || p); it need not be precise.</summary>
    internal static double Divergence(double q, double p) =>
        (q > 0 ? q * Math.Log(q / p) : 0) + (q < 1 ? (1 - q) * Math.Log((1 - q) / (1 - p)) : 0);

    /// <summary>
    /// log(q/p0) and log((1-q)/(1-p0)), each within 12 units relative: with p0 at least 1/2 and q above p0, all differences here are exact.
    /// </summary>
    private static (double Hit, double Miss) LogRatios(double q, double p0)
    {
        double difference = q - p0, fraction = difference / (1 - p0);
        double miss = fraction <= .5 ? ElementaryFunctions.Log1P(-fraction) : Math.Log((1 - q) / (1 - p0));
        return (ElementaryFunctions.Log1P(difference / p0), miss);
    }
}
