using DenoisedSmoothing.Statistics;

namespace DenoisedSmoothing.Soft;

/// <summary>
/// PixelDP's bounds on mean scores: Hoeffding's where the term of the empirical Bernstein bound that does not fall with the variance is
/// above 0.025, and the latter elsewhere. The choice depends only on n and alpha.
/// </summary>
internal static class ScoreBounds
{
    private const double MostRest = .025;

    public static double Lower(ScoreSums scores, double alpha) => Lower(scores.Mean, scores.Variance, scores.Count, alpha);

    public static double Upper(ScoreSums scores, double alpha) => Upper(scores.MeanUpper, scores.Variance, scores.Count, alpha);

    /// <param name="mean">Rounded down.</param>
    /// <param name="variance">Rounded up.</param>
    /// <param name="n">At least 2; below that, nothing is bounded.</param> <param name="alpha">The allowed probability that the true mean
    /// is below the bound.</param>
    public static double Lower(double mean, double variance, long n, double alpha) => n < 2 ? 0
        : Math.Max(0, TakesBernstein(n, alpha) ? EmpiricalBernstein.Lower(mean, variance, n, alpha) : mean - Hoeffding(n, alpha));

    /// <param name="mean">Rounded up.</param>
    /// <param name="variance">Rounded up; the same for scores as for 1 minus the scores.</param>
    /// <param name="n">At least 2; below that, nothing is bounded.</param>
    /// <param name="alpha">The allowed probability that the true mean is above the bound.</param>
    public static double Upper(double mean, double variance, long n, double alpha)
    {
        if (n < 2)
            return 1;
        // 1 minus the scores, bounded from below; the subtractions err by less than the bit that is added.
        double left = Math.Max(0, Math.BitDecrement(1 - mean));
        return Math.Min(1, Math.BitIncrement(1 - Lower(left, variance, n, alpha)));
    }

    private static bool TakesBernstein(long n, double alpha) => 7 * Math.Log(2 / alpha) / (3.0 * (n - 1)) <= MostRest;

    // A few operations with an error of half a unit in the last place each, and a logarithm with one unit.
    private static double Hoeffding(long n, double alpha) => Math.Sqrt(Math.Log(1 / alpha) / (2.0 * n)) * (1 + 1e-14) + 1e-15;
}
