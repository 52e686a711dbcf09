namespace DenoisedSmoothing.Preprocessing;

/// <summary>
/// Resizing of byte images with antialiasing, bit for bit as in PIL (Pillow: src/libImaging/Resample.c), on which the field's preprocessing
/// is based: weights in fixed point with 22 bits, across first, then down, rounded to bytes after each.
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

    private static (int First, int[] Weights)[] Taps(int from, int to, Resampling resampling) =>
        [.. ResizeTaps.Of(from, to, resampling).Select(static tap => (tap.First, tap.Weights.Select(Fixed).ToArray()))];

    // To the nearest, halves away from 0.
    private static int Fixed(double weight) => (int)(weight * (1 << Bits) + (weight < 0 ? -0.5 : 0.5));

    private static byte Clip(int sum) => (byte)Math.Clamp(sum >> Bits, 0, 255);
}
