namespace DenoisedSmoothing.Noise;

/// <summary>
/// Uniform noise on [-lambda, lambda) per pixel value, which certifies l1 radii (Yang et al. 2020, "Randomized smoothing of all shapes and
/// sizes"): in whole numbers, so that it is exact.
/// </summary>
/// <remarks>
/// <para>
/// Image and noise are multiples of 2^-44. A float of at least 2^-21 already is one; a smaller one is moved by at most 2^-45. The noise is
/// uniform over the 2 m multiples from -lambda to lambda - 2^-44, lambda = m 2^-44, and the sum is exact; its only rounding, to float, is a
/// function of the sum and belongs to the base classifier. So nothing leaks: two images whose points differ in l1 by delta see laws that
/// differ in total variation by at most delta / (2 lambda), on the grid just as on the real line (<see cref="UniformRule"/>).
/// </para>
/// Value 8 g + l of a row is made from all 128 bits of Philox block 8 g + l, so that each of its 2 m values is as likely as any other to
/// within 2^-128.
/// </remarks>
public sealed class UniformNoise : ISmoothingNoise
{
    /// <summary>Names the scheme: any change to the bits drawn changes this name.</summary>
    public const string Scheme = "philox4x32-10/uniform/1";

    /// <summary>The grid's step, 2^-44.</summary>
    internal const double Step = 1.0 / (1L << 44);

    /// <summary>The longest row: 2^28 values, one block each.</summary>
    internal const int LongestRow = 1 << NoiseCoordinate.BlockBits;

    private const double MinLambda = 1.0 / (1 << 20), MaxLambda = 256;
    private const int ChunkWords = 32 * PhiloxWords.GroupWords;

    private readonly long _half;

    /// <summary>Makes the noise.</summary>
    /// <param name="lambda">
    /// The largest noise per pixel value, in [0,1] pixel space; from 2^-20 to 256. Rounded down to a multiple of 2^-44.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">Lambda is outside its range.</exception>
    public UniformNoise(double lambda)
    {
        CheckLambda(lambda);
        _half = (long)(lambda / Step);
        Lambda = _half * Step;
        double deviation = new UniformRule(Lambda, 1).Sigma;
        Level = new NoiseLevel(lambda / Math.Sqrt(3), deviation, deviation);
    }

    /// <inheritdoc/>
    public string Version => Scheme;

    /// <inheritdoc/>
    public Norm Norm => Norm.L1;

    /// <summary>The largest noise per pixel value, as it is drawn.</summary>
    public double Lambda { get; }

    /// <summary>lambda / sqrt(3), the standard deviation of uniform noise: a denoiser for Gaussian noise is told this.</summary>
    public NoiseLevel Level { get; }

    /// <inheritdoc/>
    public int MaxRowLength => LongestRow;

    /// <inheritdoc/>
    public IRadiusRule RuleFor(long dimension) => new UniformRule(Lambda, dimension);

    /// <inheritdoc/>
    public void AddTo(ulong seed, in NoiseCoordinate at, ReadOnlySpan<float> image, Span<float> noisy) =>
        AddTo(seed, at, image, noisy, GaussianNoise.BestPath);

    internal static void CheckLambda(double lambda)
    {
        if (!(lambda >= MinLambda && lambda <= MaxLambda))
        {
            throw new ArgumentOutOfRangeException(
                nameof(lambda), lambda, "Lambda must be from 2^-20 to 256: the largest noise per pixel value, for pixels in [0,1].");
        }
    }

    internal void AddTo(ulong seed, in NoiseCoordinate at, ReadOnlySpan<float> image, Span<float> noisy, GaussianNoise.Path path)
    {
        NoiseRow.Check(image, noisy, LongestRow);
        Span<ulong> words = stackalloc ulong[ChunkWords];
        const int chunk = ChunkWords / PhiloxWords.BlockWords, group = PhiloxWords.GroupBlocks;
        ulong count = (ulong)_half * 2;
        for (int start = 0; start < image.Length; start += chunk)
        {
            int length = Math.Min(chunk, image.Length - start);
            PhiloxWords.Fill(seed, at.Counter + (UInt128)start, words[..((length + group - 1) / group * PhiloxWords.GroupWords)], path);
            for (int i = 0; i < length; i++)
            {
                int low = i / group * PhiloxWords.GroupWords + i % group;
                long noise = (long)Scaled(words[low + group], words[low], count) - _half;
                noisy[start + i] = (float)((Math.Round(image[start + i] / Step) + noise) * Step);
            }
        }
    }

    /// <summary>The whole part of count times the 128-bit fraction formed by two words.</summary>
    internal static ulong Scaled(ulong high, ulong low, ulong count)
    {
        UInt128 product = (UInt128)high * count + (((UInt128)low * count) >> 64);
        return (ulong)(product >> 64);
    }
}
