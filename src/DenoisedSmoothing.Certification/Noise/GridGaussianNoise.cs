using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DenoisedSmoothing.Noise;

/// <summary>
/// Gaussian noise on a grid, the default: image and noise are multiples of one step, so that their sum is exact and certificates are about
/// the noise that is actually drawn.
/// </summary>
/// <remarks>
/// <para>
/// Floating-point noise leaks the image: the low bits of a float sum reveal what was added, and a classifier that reads them gets
/// certificates that contradict one another. Here the image is moved to the nearest point of a grid of step g (about sigma / 10^6), and the
/// noise is a Gaussian rounded down to that grid. For a point x of the grid, x + floor(N) = floor(x + N): what the network sees is a fixed
/// function of x + N with an exactly Gaussian N, so Cohen's theorem holds, and every rounding after it (to float, inside the network)
/// belongs to the base classifier. The cost of moving images to the grid, g sqrt(d) of the radius, and the law's deviation, 2^-39 per
/// value, are subtracted (<see cref="GridGaussianRule"/>; proof in docs/noise.md).
/// </para>
/// <para>
/// Philox4x32-10 makes four words per block, and each word makes one value of the noise (<see cref="GridGaussianLaw"/>). Value 32 g + 16 k
/// + 2 l + h of a row is made from word 2 k + h of block 8 g + l; a value that needs more words has its own 16 blocks, from 2^27 + 16 i on.
/// It depends only on seed, coordinate and i: not on the row's length, the width of the processor's registers or the number of threads.
/// </para>
/// </remarks>
public sealed class GridGaussianNoise : ISmoothingNoise
{
    /// <summary>Names the scheme: any change to the bits drawn changes this name.</summary>
    public const string Scheme = "philox4x32-10/grid-gaussian/3";

    /// <summary>The longest row: 2^23 values.</summary>
    internal const int LongestRow = 1 << 23;

    /// <summary>Sigma must be at least 2^-20.</summary>
    private const double MinSigma = 1.0 / (1 << 20);

    private const double MaxSigma = 1 << 20;
    private const int BlockValues = 4;
    private const int GroupValues = BlockValues * PhiloxWords.GroupBlocks;
    private const int ChunkValues = 32 * GroupValues; // 8 KB of stack, stays in the first cache
    private const int FirstRestBlock = 1 << 27;
    private const double Shift = 6755399441055744.0; // 1.5 * 2^52

    private readonly GridGaussianLaw _law;

    /// <summary>Makes the noise and its table (under a millisecond).</summary>
    /// <param name="sigma">The standard deviation per pixel value, in [0,1] pixel space; from 2^-20 to 2^20. It is drawn exactly.</param>
    /// <exception cref="ArgumentOutOfRangeException">Sigma is outside its range.</exception>
    public GridGaussianNoise(double sigma)
    {
        CheckSigma(sigma);
        _law = new GridGaussianLaw(sigma);
        Level = new NoiseLevel(sigma, sigma, sigma);
    }

    /// <inheritdoc/>
    public string Version => Scheme;

    /// <inheritdoc/>
    public Norm Norm => Norm.L2;

    /// <inheritdoc/>
    public NoiseLevel Level { get; }

    /// <inheritdoc/>
    public int MaxRowLength => LongestRow;

    /// <summary>The grid's step g, a power of two between sigma / 2^21 and sigma / 2^20.</summary>
    public double Step => _law.Step;

    /// <summary>The standard deviation of what the table draws.</summary>
    internal double DrawnSigma => _law.Steps * _law.Step;

    /// <inheritdoc/>
    public IRadiusRule RuleFor(long dimension) => new GridGaussianRule(Level.Certified, dimension);

    /// <inheritdoc/>
    public void AddTo(ulong seed, in NoiseCoordinate at, ReadOnlySpan<float> image, Span<float> noisy) =>
        AddTo(seed, at, image, noisy, GaussianNoise.BestPath);

    internal static void CheckSigma(double sigma)
    {
        if (!(sigma >= MinSigma && sigma <= MaxSigma))
        {
            throw new ArgumentOutOfRangeException(
                nameof(sigma), sigma,
                    "Sigma must be from 2^-20 to 2^20: the standard deviation of the noise per pixel value, for pixels in [0,1].");
        }
    }

    internal void AddTo(ulong seed, in NoiseCoordinate at, ReadOnlySpan<float> image, Span<float> noisy, GaussianNoise.Path path)
    {
        NoiseRow.Check(image, noisy, LongestRow);
        Span<int> values = stackalloc int[ChunkValues];
        for (int start = 0; start < image.Length; start += ChunkValues)
        {
            int length = Math.Min(ChunkValues, image.Length - start);
            Fill(seed, at.Counter, start, values[..length], path);
            Add(image.Slice(start, length), values[..length], noisy.Slice(start, length));
        }
    }

    /// <summary>The noise alone, in steps of the grid.</summary>
    internal void Fill(ulong seed, in NoiseCoordinate at, Span<int> values, GaussianNoise.Path path)
    {
        NoiseRow.CheckLength(values.Length, LongestRow, nameof(values));
        for (int start = 0; start < values.Length; start += ChunkValues)
            Fill(seed, at.Counter, start, values.Slice(start, Math.Min(ChunkValues, values.Length - start)), path);
    }

    /// <summary>Fills a chunk, whose first value is the row's value number <paramref name="start"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Fill(ulong seed, UInt128 counter, int start, Span<int> values, GaussianNoise.Path path)
    {
        Span<ulong> pairs = stackalloc ulong[ChunkValues / 2];
        pairs = pairs[..((values.Length + GroupValues - 1) / GroupValues * PhiloxWords.GroupWords)];
        PhiloxWords.Fill(seed, counter + (UInt128)(start / BlockValues), pairs, path);
        Span<uint> words = MemoryMarshal.Cast<ulong, uint>(pairs); // low halves first: libtorch runs on little-endian machines only
        int i = 0;
        if (path != GaussianNoise.Path.Scalar)
        {
            for (; i <= values.Length - 8; i += 8)
            {
                for (uint rest = _law.EightValues(ref words[i], ref values[i]); rest != 0; rest &= rest - 1)
                {
                    int at = i + BitOperations.TrailingZeroCount(rest);
                    values[at] = Rest(seed, counter, start + at, words[at]);
                }
            }
        }

        for (; i < values.Length; i++)
        {
            if (!_law.TryValue(words[i], out values[i]))
                values[i] = Rest(seed, counter, start + i, words[i]);
        }
    }

    /// <summary>A value whose word picks the rest.</summary>
    private int Rest(ulong seed, UInt128 counter, int index, uint word)
    {
        int magnitude = _law.Rest.Draw(seed, counter + (UInt128)(FirstRestBlock + (long)index * GridGaussianRest.Tries));
        return GridGaussianLaw.IsNegative(word) ? ~magnitude : magnitude;
    }

    /// <summary>
    /// Moves the image to the grid and adds the noise, exactly, in double precision; the only rounding is that of the sum to float.
    /// </summary>
    private void Add(ReadOnlySpan<float> image, ReadOnlySpan<int> values, Span<float> noisy)
    {
        double perStep = 1 / _law.Step;
        int i = 0;
        for (; i <= image.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector.Widen(new Vector<float>(image[i..]), out Vector<double> imageLow, out Vector<double> imageHigh);
            Vector.Widen(new Vector<int>(values[i..]), out Vector<long> low, out Vector<long> high);
            imageLow = Sum(imageLow * perStep, low) * _law.Step;
            imageHigh = Sum(imageHigh * perStep, high) * _law.Step;
            Vector.Narrow(imageLow, imageHigh).CopyTo(noisy[i..]);
        }

        for (; i < image.Length; i++)
            noisy[i] = (float)((image[i] * perStep + Shift - Shift + values[i]) * _law.Step);
    }

    /// <summary>
    /// The sum of the nearest whole number and a whole number: exact where both and the sum are below 2^51. At 1.5 * 2^52, doubles have no
    /// room for a fraction, and their bits count like whole numbers.
    /// </summary>
    private static Vector<double> Sum(Vector<double> x, Vector<long> whole)
    {
        Vector<double> shift = new(Shift);
        return Vector.AsVectorDouble(Vector.AsVectorInt64(x + shift) + whole) - shift;
    }
}
