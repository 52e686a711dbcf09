namespace DenoisedSmoothing.Statistics;

/// <summary>The largest value of a function of one variable.</summary>
internal static class GoldenSection
{
    private const int Points = 16, Steps = 44;

    private static readonly double s_share = (Math.Sqrt(5) - 1) / 2;

    /// <summary>The largest value found: first at equally spaced points, then by golden section around the best of them.</summary>
    /// <param name="function">Finite between the ends.</param>
    /// <param name="low">One end.</param>
    /// <param name="high">The other, not below it.</param>
    public static double Maximum(Func<double, double> function, double low, double high)
    {
        double width = (high - low) / Points;
        int best = Enumerable.Range(0, Points + 1).MaxBy(i => function(At(i)));
        double most = function(At(best)), left = At(Math.Max(0, best - 1)), right = At(Math.Min(Points, best + 1));
        for (int step = 0; step < Steps && right > left; step++)
        {
            double inner = right - s_share * (right - left), outer = left + s_share * (right - left);
            (double one, double other) = (function(inner), function(outer));
            most = Math.Max(most, Math.Max(one, other));
            (left, right) = one > other ? (left, outer) : (inner, right);
        }

        return most;

        double At(int i) => i == Points ? high : low + i * width;
    }
}
