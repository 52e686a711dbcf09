using System.Globalization;

namespace DenoisedSmoothing.Statistics;

/// <summary>
/// Exact one-sided confidence bounds on a binomial proportion (Clopper and Pearson, "The use of confidence or fiducial limits illustrated
/// in the case of the binomial", 1934), the bound of Cohen et al. 2019, section 3.2.2. Rounded to the safe side.
/// </summary>
/// <remarks>
/// <para>
/// Soundness. The lower bound is the p that solves P(X >= k) = alpha, and the tail grows with p. The p returned is a double at which the
/// tail was evaluated as a logarithm together with a bound on its rounding error (<c>BinomialTail</c>, counted operation by operation), and
/// at which logarithm + error bound is at or below log alpha: so the true tail at exactly that double is at most alpha, and the double is
/// at most the true bound, whatever the search that found it did. The upper bound mirrors this.
/// </para>
/// <para>
/// Accuracy: both bounds within 1e-12 of the true ones, relative to p, for n up to 1e7 and alpha down to 1e-10. Near p = 1 that is the
/// resolution of doubles: their spacing there, 1.1e-16, limits 1 - p.
/// </para>
/// Safe for concurrent use.
/// </remarks>
public static class ClopperPearson
{
    /// <summary>The largest number of trials: counts up to 2^53 are exact doubles.</summary>
    public const long MaxTrials = 1L << 53;

    /// <summary>The smallest alpha; below it the bounds would leave the range of doubles.</summary>
    public const double MinAlpha = 1e-100;

    private const double Unit = ElementaryFunctions.Unit;

    /// <summary>
    /// A bound that lies above the true proportion with probability at most <paramref name="alpha"/>; never above the exact bound.
    /// </summary>
    /// <param name="successes">k, from 0 to <paramref name="trials"/>.</param>
    /// <param name="trials">n, from 1 to <see cref="MaxTrials"/>.</param>
    /// <param name="alpha">The allowed probability of error, from <see cref="MinAlpha"/> to below 1.</param>
    /// <returns>The bound, in [0, 1): 0 for k = 0, alpha^(1/n) for k = n.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public static double Lower(long successes, long trials, double alpha)
    {
        Check(successes, trials, alpha);
        if (successes == 0)
            return 0;
        if (successes == trials)
        {
            double exponent = Math.Log(alpha) / trials;
            return Math.Exp(exponent) * (1 - (8 + 6 * Math.Abs(exponent)) * Unit);
        }

        return Solve(
            start: (double)successes / trials,
            alpha,
            tail: p => BinomialTail.AtLeast(successes, trials, p),
            move: static (p, step) => p * Math.Exp(step),
            grain: static _ => 4 * Unit);
    }

    /// <summary>
    /// A bound that lies below the true proportion with probability at most <paramref name="alpha"/>; never below the exact bound.
    /// </summary>
    /// <param name="successes">k, from 0 to <paramref name="trials"/>.</param>
    /// <param name="trials">n, from 1 to <see cref="MaxTrials"/>.</param>
    /// <param name="alpha">The allowed probability of error, from <see cref="MinAlpha"/> to below 1.</param>
    /// <returns>The bound, in (0, 1]: 1 for k = n (and where the next double is 1), 1 - alpha^(1/n) for k = 0.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public static double Upper(long successes, long trials, double alpha)
    {
        Check(successes, trials, alpha);
        if (successes == trials)
            return 1;
        if (successes == 0)
        {
            double exponent = Math.Log(alpha) / trials;
            return Math.Min(1, -ElementaryFunctions.ExpM1(exponent) * (1 + 24 * Unit));
        }

        // In q = 1 - p this is the lower bound, but p stays the variable: it may be tiny, and then 1 - q would lose its digits.
        return Solve(
            start: (double)successes / trials,
            alpha,
            tail: p => BinomialTail.AtMost(successes, trials, p),
            move: static (p, step) => Math.Min(p - (1 - p) * ElementaryFunctions.ExpM1(step), 1),
            grain: static p => 4 * Unit * p / (1 - p));
    }

    /// <summary>
    /// Newton's method on log tail - log alpha, a concave function of the logarithm in which it steps: after at most one overshoot it
    /// approaches the root from the safe side and needs no bracket. Then it retreats until it is provably on the safe side.
    /// </summary>
    /// <param name="start">Any p strictly between 0 and 1.</param>
    /// <param name="alpha">The level.</param>
    /// <param name="tail">The tail at p, with the slope with respect to the logarithm in which <paramref name="move"/> steps.</param>
    /// <param name="move">Moves p; negative steps go to the safe side.</param>
    /// <param name="grain">The smallest step that still changes p.</param>
    private static double Solve(
        double start, double alpha, Func<double, LogProbability> tail, Func<double, double, double> move, Func<double, double> grain)
    {
        double target = Math.Log(alpha);
        target -= 4 * Unit * Math.Abs(target);
        double p = start;
        LogProbability current = tail(p);
        for (int iteration = 0; iteration < 100; iteration++)
        {
            double step = (target - current.Upper) / current.Slope;
            if (Math.Abs(step) <= current.Error / current.Slope + grain(p))
                break;
            p = Math.Min(move(p, step), Math.BitDecrement(1.0));
            current = tail(p);
        }

        for (double retreat = 0; p < 1; retreat = 2 * retreat + grain(p) + current.Error / current.Slope)
        {
            double candidate = move(p, -retreat);
            if (candidate >= 1 || tail(candidate).Upper <= target)
                return candidate;
        }

        return 1;
    }

    private static void Check(long successes, long trials, double alpha)
    {
        if (trials is < 1 or > MaxTrials)
            throw new ArgumentOutOfRangeException(nameof(trials), trials, "Trials must be between 1 and 2^53.");
        if (successes < 0 || successes > trials)
            throw new ArgumentOutOfRangeException(nameof(successes), successes, $"Successes must be between 0 and the {trials} trials.");
        if (!(alpha >= MinAlpha && alpha < 1))
        {
            throw new ArgumentOutOfRangeException(
                nameof(alpha), alpha, string.Create(CultureInfo.InvariantCulture, $"Alpha must be at least {MinAlpha} and below 1."));
        }
    }
}
