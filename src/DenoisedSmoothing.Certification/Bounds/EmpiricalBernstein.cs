namespace DenoisedSmoothing.Statistics;

/// <summary>
/// A lower bound on the mean of scores in [0,1] that uses their variance (Maurer and Pontil 2009, theorem 4): mean - sqrt(2 v t / n) - 7 t
/// / (3 (n - 1)) with t = ln(2 / alpha) and v the sample variance. Tight where scores vary little, loose where n is small.
/// </summary>
public static class EmpiricalBernstein
{
    /// <summary>The bound.</summary>
    /// <param name="mean">The mean of independent scores, in [0,1]; rounded down.</param>
    /// <param name="variance">Their sample variance (n - 1), finite, at least 0; rounded up.</param>
    /// <param name="n">How many there are, at least 2.</param>
    /// <param name="alpha">The allowed probability that the true mean is below the bound, above 0 and below 1.</param>
    /// <returns>The bound, rounded down; negative where n is too small to say anything.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public static double Lower(double mean, double variance, long n, double alpha)
    {
        if (!(mean is >= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(mean), mean, "The mean of scores is in [0,1].");
        if (!(variance >= 0 && double.IsFinite(variance)))
            throw new ArgumentOutOfRangeException(nameof(variance), variance, "A variance is finite and at least 0.");
        if (n < 2)
            throw new ArgumentOutOfRangeException(nameof(n), n, "A sample variance needs 2 scores or more.");
        if (!(alpha is > 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(alpha), alpha, "Alpha must be above 0 and below 1.");
        double t = Math.Log(2 / alpha), root = Math.Sqrt(2 * variance * t / n), rest = 7 * t / (3.0 * (n - 1));

        // A dozen operations with an error of half a unit in the last place each, and a logarithm with one unit.
        return mean - root - rest - 1e-14 * (1 + root + rest);
    }
}
