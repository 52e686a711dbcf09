namespace DenoisedSmoothing.Statistics;

/// <summary>
/// Binomial probabilities in Loader's saddle-point form, which has no cancellation however large the counts
/// (C. Loader, "Fast and accurate computation of binomial probabilities", 2000).
/// </summary>
internal static class BinomialPmf
{
    private const double Unit = ElementaryFunctions.Unit;

    /// <summary>log n! - ((n + 1/2) log n - n + log(2 pi)/2) for n = 0 ... 15; the entry for 0 is never used.</summary>
    private static readonly double[] StirlingTable =
    [
        0,
        0.08106146679532725822, 0.041340695955409294094, 0.027677925684998339149, 0.020790672103765093112, 0.016644691189821192163,
        0.013876128823070747999, 0.011896709945891770095, 0.010411265261972096497, 0.0092554621827127329177, 0.0083305634333628712565,
        0.007573675487951840795, 0.0069428401072095298657, 0.0064089941880042070684, 0.0059513701127588477356, 0.005554733551962801371,
    ];

    /// <summary>log P(X = k) for X ~ Binomial(n, p).</summary>
    /// <param name="k">0 to n.</param>
    /// <param name="n">1 to 2^53.</param>
    /// <param name="p">Between 0 and 1, taken as exact.</param>
    internal static LogProbability Log(long k, long n, double p) => Log(k, n, p, 1 - p, Math.FusedMultiplyAdd(-n, p, k));

    /// <summary>
    /// The same for p and q = 1 - p, of which one is exact and the other its rounded complement, and excess = k - np, rounded once.
    /// Taking the excess as an argument keeps the error independent of n: it is the only difference of large numbers here.
    /// </summary>
    internal static LogProbability Log(long k, long n, double p, double q, double excess)
    {
        if (k == 0)
            return AllAlike(n, q, p);
        if (k == n)
            return AllAlike(n, p, q);

        // P = exp(stirling - D) sqrt(n / (2 pi k (n - k))), D = n KL(k/n || p) split into two terms that are never negative.
        (double hits, double hitsError) = Deviance(k, n * p, excess);
        (double misses, double missesError) = Deviance(n - k, n * q, -excess);
        double scale = .5 * Math.Log(n / (2 * Math.PI * k * (n - k)));
        double stirling = Stirling(n) - Stirling(k) - Stirling(n - k);
        double value = stirling + scale - hits - misses;

        // scale: 5 units in the argument of the logarithm, 5 relative in its value. stirling: each below .082 and good to 8 units of that.
        // The sum: 3 roundings, of partial sums no larger than the magnitudes added up.
        double error = hitsError + missesError + Unit * (8 + 8 * Math.Abs(scale) + 3 * (hits + misses));
        return new(value, error);
    }

    /// <summary>n log p, from whichever of p and q is at most one half: that one is always the exact one.</summary>
    private static LogProbability AllAlike(long n, double p, double q)
    {
        double value = n * (p > .5 ? ElementaryFunctions.Log1P(-q) : Math.Log(p));
        return new(value, (p > .5 ? 12 : 6) * Unit * Math.Abs(value), n);
    }

    /// <summary>x log(x/m) - excess for the mean m = x - excess: never negative, 0 at x = m. Returns it and a bound on its error.</summary>
    private static (double Value, double Error) Deviance(double x, double mean, double excess)
    {
        double v = excess / (x + mean);
        if (Math.Abs(v) > .3)
        {
            double log = Math.Log(x / mean);
            return (x * log - excess, Unit * (x * (4 + 6 * Math.Abs(log)) + 3 * Math.Abs(excess)));
        }

        // With v = (x - m)/(x + m): log(x/m) = 2 (v + v^3/3 + v^5/5 + ...), and the first term cancels against m - x by hand.
        double sum = excess * v;
        double power = 2 * x * v;
        for (int odd = 3; ; odd += 2)
        {
            power *= v * v;
            double next = sum + power / odd;
            if (next == sum)
                return (sum, 30 * Unit * sum);
            sum = next;
        }
    }

    private static double Stirling(long n)
    {
        if (n < StirlingTable.Length)
            return StirlingTable[n];

        // The asymptotic series alternates: the first term left out, 1/156 n^-13 < 2e-18, bounds the rest.
        double inverse = 1.0 / n, square = inverse * inverse;
        return inverse * (1.0 / 12 - square * (1.0 / 360 - square * (1.0 / 1260 - square * (1.0 / 1680
            - square * (1.0 / 1188 - square * (691.0 / 360360))))));
    }
}
