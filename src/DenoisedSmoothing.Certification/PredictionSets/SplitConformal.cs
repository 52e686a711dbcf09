namespace DenoisedSmoothing.PredictionSets;

/// <summary>
/// Split conformal prediction (Papadopoulos et al. 2002; Vovk et al. 2005): the threshold that the score of one more image stays within as
/// often as asked for.
/// </summary>
/// <remarks>
/// Of n + 1 exchangeable scores, the last is above the k-th smallest of the others with probability at most (n + 1 - k)/(n + 1), ties or
/// not: at most n + 1 - k of all n + 1 are above the k-th smallest of all, each is equally likely to be one of them, and if the last is
/// above the k-th smallest of the others it is above the k-th smallest of all.
/// </remarks>
public static class SplitConformal
{
    /// <summary>The largest whole number of misses among n + 1 that is at most the allowed share: exact.</summary>
    /// <param name="n">Calibration images, from 1 to below 2^53.</param>
    /// <param name="miscoverage">The allowed share; at least 0 and below 1.</param>
    public static long AllowedMisses(long n, double miscoverage)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(n, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(n, 1L << 53);
        if (!(miscoverage >= 0 && miscoverage < 1))
            throw new ArgumentOutOfRangeException(nameof(miscoverage), miscoverage, "A share of misses is at least 0 and below 1.");
        long misses = (long)((n + 1.0) * miscoverage);
        // The product may have been rounded up to a whole number; a fused multiplication has the sign of the exact difference.
        return Math.FusedMultiplyAdd(n + 1.0, miscoverage, -misses) < 0 ? misses - 1 : misses;
    }

    /// <summary>The threshold: the k-th smallest score, where k = n + 1 minus the allowed misses.</summary>
    /// <param name="scores">One for each calibration image's own label, in any order; NaN counts as infinite.</param>
    /// <param name="miscoverage">The allowed share of misses; at least 0 and below 1.</param>
    /// <returns>Infinite where n is too small for any miss: only the set of all classes is safe.</returns>
    /// <exception cref="ArgumentException">There are no scores.</exception>
    public static double Threshold(ReadOnlySpan<double> scores, double miscoverage)
    {
        if (scores.IsEmpty)
            throw new ArgumentException("A threshold takes at least one score.", nameof(scores));
        long misses = AllowedMisses(scores.Length, miscoverage);
        if (misses == 0)
            return double.PositiveInfinity;
        double[] sorted = scores.ToArray();
        for (int i = 0; i < sorted.Length; i++)
            sorted[i] = double.IsNaN(sorted[i]) ? double.PositiveInfinity : sorted[i];
        Array.Sort(sorted);
        return sorted[sorted.Length - misses]; // the n + 1 - misses-th smallest
    }
}
