namespace DenoisedSmoothing.Preprocessing;

/// <summary>
/// Bilinear resizing of byte images with antialiasing, bit for bit as PIL does it (Pillow: src/libImaging/Resample.c), which the field's
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
    /// <returns>C x H' x W' bytes; the input itself where nothing changes.</returns>
    public static byte[] Bilinear(byte[] planes, int channels, (int Height, int Width) from, (int Height, int Width) to)
    {
        byte[] across = from.Width == to.Width ? planes : Across(planes, channels * from.Height, from.Width, to.Width);
        return from.Height == to.Height ? across : Down(across, channels, from.Height, to.Height, to.Width);
    }

    private static byte[] Across(byte[] rows, int count, int from, int to)
    {
        (int First, int[] Weights)[] taps = Taps(from, to);
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

    private static byte[] Down(byte[] planes, int channels, int from, int to, int width)
    {
        (int First, int[] Weights)[] taps = Taps(from, to);
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

    /// <summary>For each place of the result, where its window begins and the weights in it: a triangle as wide as two pixels of the coarser side.</summary>
    private static (int First, int[] Weights)[] Taps(int from, int to)
    {
        double scale = (double)from / to, reach = Math.Max(scale, 1), step = 1 / reach;
        var taps = new (int, int[])[to];
        for (int x = 0; x < to; x++)
        {
            double center = (x + 0.5) * scale;
            int first = Math.Max((int)(center - reach + 0.5), 0), end = Math.Min((int)(center + reach + 0.5), from);
            double[] weights = new double[end - first];
            double sum = 0;
            for (int i = 0; i < weights.Length; i++)
            {
                weights[i] = Math.Max(1 - Math.Abs((i + first - center + 0.5) * step), 0);
                sum += weights[i];
            }

            // Weights of a triangle are never negative: rounding is to the nearest, halves up.
            taps[x] = (first, [.. weights.Select(weight => (int)(0.5 + weight / sum * (1 << Bits)))]);
        }

        return taps;
    }

    private static byte Clip(int sum) => (byte)Math.Clamp(sum >> Bits, 0, 255);
}
