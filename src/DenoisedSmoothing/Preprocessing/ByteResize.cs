namespace DenoisedSmoothing.Preprocessing;

/// <summary>
/// Resizing of byte images with antialiasing, bit for bit as PIL does it (Pillow: src/libImaging/Resample.c), which the field's
/// preprocessing is made of: weights in fixed point with 22 bits, across first, then down, rounded to bytes after each.
/// </summary>
internal static class ByteResize
{
    private const int Bits = 22;
    private const int Half = 1 << (Bits - 1);

    /// <summary>Resizes planes.</summary>
    /// <param name="planes">C x H x W bytes.</param>
    /// <param name="channels">C.</param>
    /// <param name="from">H and W.</param>
    /// <param name="to">The size wanted.</param>
    /// <param name="resampling">The filter.</param>
    /// <returns>C x H' x W' bytes; the input itself where nothing changes.</returns>
    public static byte[] Resize(
        byte[] planes, int channels, (int Height, int Width) from, (int Height, int Width) to, Resampling resampling)
    {
        byte[] across = from.Width == to.Width
            ? planes
            : Across(planes, channels * from.Height, to.Width, Taps(from.Width, to.Width, resampling));
        return from.Height == to.Height ? across : Down(across, channels, to.Width, from.Height, Taps(from.Height, to.Height, resampling));
    }

    private static byte[] Across(byte[] rows, int count, int to, (int First, int[] Weights)[] taps)
    {
        int from = rows.Length / count;
        byte[] resized = new byte[checked(count * to)];
        for (int row = 0; row < count; row++)
        {
            ReadOnlySpan<byte> source = rows.AsSpan(row * from, from);
            for (int x = 0; x < to; x++)
            {
                (int first, int[] weights) = taps[x];
                int sum = Half;
                for (int i = 0; i < weights.Length; i++)
                    sum += source[first + i] * weights[i];
                resized[row * to + x] = Clip(sum);
            }
        }

        return resized;
    }

    private static byte[] Down(byte[] planes, int channels, int width, int from, (int First, int[] Weights)[] taps)
    {
        int to = taps.Length;
        byte[] resized = new byte[checked(channels * to * width)];
        int[] sums = new int[width];
        for (int row = 0; row < channels * to; row++)
        {
            (int first, int[] weights) = taps[row % to];
            int source = (row / to * from + first) * width;
            Array.Fill(sums, Half);
            for (int i = 0; i < weights.Length; i++)
            {
                for (int x = 0; x < width; x++)
                    sums[x] += planes[source + i * width + x] * weights[i];
            }

            for (int x = 0; x < width; x++)
                resized[row * width + x] = Clip(sums[x]);
        }

        return resized;
    }

    /// <summary>
    /// For each place of the result, where its window begins and the weights in it: the filter, as wide as it is in pixels of the coarser
    /// side.
    /// </summary>
    private static (int First, int[] Weights)[] Taps(int from, int to, Resampling resampling)
    {
        (double support, Func<double, double> filter) = resampling == Resampling.Bilinear
            ? (1.0, (Func<double, double>)Triangle)
            : (2.0, Cubic);
        double scale = (double)from / to, coarser = Math.Max(scale, 1), reach = support * coarser, step = 1 / coarser;
        var taps = new (int, int[])[to];
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

            taps[x] = (first, [.. weights.Select(weight => Fixed(weight / sum))]);
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

    // To the nearest, halves away from 0.
    private static int Fixed(double weight) => (int)(weight * (1 << Bits) + (weight < 0 ? -0.5 : 0.5));

    private static byte Clip(int sum) => (byte)Math.Clamp(sum >> Bits, 0, 255);
}
