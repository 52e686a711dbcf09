using System.Runtime.CompilerServices;

namespace DenoisedSmoothing.Kernels.Cpu;

/// <summary>
/// Into and out of the domain in which a 3x3 convolution is 36 products per tile of 4x4 pixels (Lavin and Gray 2015, F(4x4,3x3)), for a
/// register of channels at once. Without fused operations: the bits are the same for registers of any width.
/// </summary>
internal static unsafe class TileTransforms
{
    public const int Tile = 4, Side = 6, Products = Side * Side;

    /// <summary>G g G^T for kernels.</summary>
    /// <param name="kernels">Nine registers, one for each place, <paramref name="stride"/> floats apart.</param>
    /// <param name="stride">See above.</param>
    /// <param name="to">36 registers, <paramref name="plane"/> floats apart.</param>
    /// <param name="plane">See above.</param>
    public static void Weights<T>(float* kernels, int stride, float* to, long plane)
        where T : unmanaged, ILanes<T>
    {
        T* columns = stackalloc T[3 * Side];
        T* row = stackalloc T[Side];
        for (int x = 0; x < 3; x++)
        {
            OfKernel(T.Load(kernels + x * stride), T.Load(kernels + (3 + x) * stride), T.Load(kernels + (6 + x) * stride), columns + x, 3);
        }

        for (int y = 0; y < Side; y++)
        {
            OfKernel(columns[3 * y], columns[3 * y + 1], columns[3 * y + 2], row, 1);
            for (int x = 0; x < Side; x++)
                row[x].Store(to + (Side * y + x) * plane);
        }
    }

    /// <summary>B^T d B of the 6x6 pixels around a tile, for all channels; pixels outside are zero.</summary>
    /// <param name="image">[height,width,channels].</param>
    /// <param name="top">The first row of pixels, -1 or more.</param>
    /// <param name="left">The first column of them.</param>
    /// <param name="height">Of the image.</param>
    /// <param name="width">Of the image.</param>
    /// <param name="channels">A multiple of a register.</param>
    /// <param name="to">36 rows of the channels, <paramref name="plane"/> floats apart.</param>
    /// <param name="plane">See above.</param>
    public static void Pixels<T>(float* image, int top, int left, int height, int width, int channels, float* to, long plane)
        where T : unmanaged, ILanes<T>
    {
        T* columns = stackalloc T[Products];
        T none = T.All(0);
        long line = (long)width * channels;
        bool above = top < 0;
        int rows = Math.Min(Side, height - top);
        for (int channel = 0; channel < channels; channel += T.Count)
        {
            for (int x = 0; x < Side; x++)
            {
                float* from = image + top * line + (long)(left + x) * channels + channel;
                int there = (uint)(left + x) < (uint)width ? rows : 0;
                OfPixels(
                    there > 0 && !above ? T.Load(from) : none,
                    there > 1 ? T.Load(from + line) : none,
                    there > 2 ? T.Load(from + 2 * line) : none,
                    there > 3 ? T.Load(from + 3 * line) : none,
                    there > 4 ? T.Load(from + 4 * line) : none,
                    there > 5 ? T.Load(from + 5 * line) : none, out columns[x], out columns[Side + x], out columns[2 * Side + x],
                    out columns[3 * Side + x], out columns[4 * Side + x], out columns[5 * Side + x]);
            }

            float* place = to + channel;
            for (int y = 0; y < Side; y++)
            {
                T* row = columns + Side * y;
                OfPixels(row[0], row[1], row[2], row[3], row[4], row[5], out T e0, out T e1, out T e2, out T e3, out T e4, out T e5);
                e0.Store(place);
                e1.Store(place + plane);
                e2.Store(place + 2 * plane);
                e3.Store(place + 3 * plane);
                e4.Store(place + 4 * plane);
                e5.Store(place + 5 * plane);
                place += Side * plane;
            }
        }
    }

    /// <summary>A^T m A plus the bias, for some of the channels; whatever is outside the image is left out.</summary>
    /// <param name="products">36 rows of those channels, <paramref name="plane"/> floats apart.</param>
    /// <param name="plane">See above.</param>
    /// <param name="bias">For those channels.</param>
    /// <param name="image">[height,width,channels], from the first of those channels on.</param>
    /// <param name="top">The tile's first row of pixels.</param>
    /// <param name="left">Its first column.</param>
    /// <param name="height">Of the image.</param>
    /// <param name="width">Of the image.</param>
    /// <param name="channels">Of the image.</param>
    /// <param name="some">How many of them, a multiple of a register.</param>
    public static void Results<T>(float* products, long plane, float* bias, float* image, int top, int left, int height, int width,
        int channels, int some)
        where T : unmanaged, ILanes<T>
    {
        T* columns = stackalloc T[Tile * Side];
        int rows = Math.Min(Tile, height - top), across = Math.Min(Tile, width - left);
        for (int channel = 0; channel < some; channel += T.Count)
        {
            for (int x = 0; x < Side; x++)
            {
                float* from = products + channel + x * plane;
                OfProducts(T.Load(from), T.Load(from + Side * plane), T.Load(from + 2 * Side * plane), T.Load(from + 3 * Side * plane),
                    T.Load(from + 4 * Side * plane), T.Load(from + 5 * Side * plane), out columns[x], out columns[Side + x],
                    out columns[2 * Side + x], out columns[3 * Side + x]);
            }

            T added = T.Load(bias + channel);
            for (int y = 0; y < rows; y++)
            {
                T* row = columns + Side * y;
                OfProducts(row[0], row[1], row[2], row[3], row[4], row[5], out T r0, out T r1, out T r2, out T r3);
                float* to = image + ((long)(top + y) * width + left) * channels + channel;
                (r0 + added).Store(to);
                if (across > 1)
                    (r1 + added).Store(to + channels);
                if (across > 2)
                    (r2 + added).Store(to + 2 * channels);
                if (across > 3)
                    (r3 + added).Store(to + 3 * channels);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void OfKernel<T>(T g0, T g1, T g2, T* to, int step)
        where T : unmanaged, ILanes<T>
    {
        T even = -1f / 6 * (g0 + g2), odd = 1f / 6 * g1, wideEven = 1f / 24 * g0 + 1f / 6 * g2, wideOdd = 1f / 12 * g1;
        to[0] = 1f / 4 * g0;
        to[step] = even - odd;
        to[2 * step] = even + odd;
        to[3 * step] = wideEven + wideOdd;
        to[4 * step] = wideEven - wideOdd;
        to[5 * step] = g2;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void OfPixels<T>(
        T d0, T d1, T d2, T d3, T d4, T d5, out T e0, out T e1, out T e2, out T e3, out T e4, out T e5)
        where T : unmanaged, ILanes<T>
    {
        T even = d4 - 4 * d2, odd = d3 - 4 * d1, wideEven = d4 - d2, wideOdd = 2 * (d3 - d1);
        e0 = 4 * d0 - 5 * d2 + d4;
        e1 = even + odd;
        e2 = even - odd;
        e3 = wideEven + wideOdd;
        e4 = wideEven - wideOdd;
        e5 = 4 * d1 - 5 * d3 + d5;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void OfProducts<T>(T m0, T m1, T m2, T m3, T m4, T m5, out T r0, out T r1, out T r2, out T r3)
        where T : unmanaged, ILanes<T>
    {
        T sum = m1 + m2, difference = m1 - m2, wideSum = m3 + m4, wideDifference = m3 - m4;
        r0 = m0 + sum + wideSum;
        r1 = difference + 2 * wideDifference;
        r2 = sum + 4 * wideSum;
        r3 = difference + 8 * wideDifference + m5;
    }
}
