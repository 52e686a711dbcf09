namespace DenoisedSmoothing.Preprocessing;

/// <summary>The windows of a resize with antialiasing, as in PIL and libtorch.</summary>
internal static class ResizeTaps
{
    /// <summary>
    /// For each place in the result, where its window begins and the weights in it, which sum to 1: the filter, with its width measured in
    /// pixels of the coarser side.
    /// </summary>
    /// <param name="from">Pixels before.</param>
    /// <param name="to">Pixels after.</param>
    /// <param name="resampling">The filter.</param>
    public static (int First, double[] Weights)[] Of(int from, int to, Resampling resampling)
    {
        (double support, Func<double, double> filter) = resampling == Resampling.Bilinear
            ? (1.0, (Func<double, double>)Triangle)
            : (2.0, Cubic);
        double scale = (double)from / to, coarser = Math.Max(scale, 1), reach = support * coarser, step = 1 / coarser;
        var taps = new (int, double[])[to];
        for (int x = 0; x < to; x++)
        {
            double center = (x + 0.5) * scale;
            int first = Math.Max((int)(center - reach + 0.5), 0), end = Math.Min((int)(center + reach + 0.5), from);
            double[] weights = new double[end - first];
            double sum = 0;
            for (int i = 0; i < weights.Length; i++)
            {
                weights[i] = filter(Math.Abs((i + first - center + 0.5) * step));
                sum += weights[i];
            }

            taps[x] = (first, [.. weights.Select(weight => weight / sum)]);
        }

        return taps;
    }

    private static double Triangle(double distance) => Math.Max(1 - distance, 0);

    // Keys' cubic with a = -0.5, in PIL's order of operations.
    private static double Cubic(double distance)
    {
        const double A = -0.5;
        return distance < 1 ? ((A + 2) * distance - (A + 3)) * distance * distance + 1
            : distance < 2 ? (((distance - 5) * distance + 8) * distance - 4) * A
            : 0;
    }
}
