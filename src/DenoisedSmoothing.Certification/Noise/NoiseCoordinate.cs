using DenoisedSmoothing.Votes;

namespace DenoisedSmoothing.Noise;

/// <summary>The place of one row of noise: which stream, image, phase and sample it belongs to.</summary>
/// <remarks>
/// Distinct coordinates have distinct counters, so no two rows under one seed ever share a draw. The 128-bit counter of
/// <see cref="GaussianNoise"/>, from its lowest bit:
/// <code>
/// bits   0 - 27   block    28 bits   four normals each, counted within the row
/// bits  28 - 63   sample   36 bits
/// bits  64 - 95   image    32 bits
/// bits  96 - 97   phase     2 bits
/// bits  98 - 127  stream   30 bits
/// </code>
/// A value that does not fit is an error, never wrapped: a wrapped counter would repeat noise that should be fresh.
/// </remarks>
/// <param name="Stream">0 is the smoothing noise; inner noise of a stochastic denoiser has its own stream, 1 or more. In [0, 2^30).</param>
/// <param name="ImageIndex">The image's index in its data set. In [0, 2^32).</param>
/// <param name="Phase">What the votes are used for.</param>
/// <param name="Sample">The number of the sample within the phase. In [0, 2^36).</param>
/// <exception cref="ArgumentOutOfRangeException">A value is outside its range; the exception names the field.</exception>
public readonly record struct NoiseCoordinate(int Stream, long ImageIndex, VotePhase Phase, long Sample)
{
    internal const int BlockBits = 28;
    internal const int SampleBits = 36;
    internal const int ImageBits = 32;
    internal const int PhaseBits = 2;
    internal const int StreamBits = 30;
    internal const long MaxSamples = 1L << SampleBits;
    internal const long MaxImages = 1L << ImageBits;

    /// <summary>The stream: 0 is the smoothing noise, 1 or more the inner noise of a denoiser. In [0, 2^30).</summary>
    public int Stream { get; init => field = (int)Fit(value, StreamBits, nameof(Stream)); } = (int)Fit(Stream, StreamBits, nameof(Stream));

    /// <summary>The image's index in its data set. In [0, 2^32).</summary>
    public long ImageIndex { get; init => field = Fit(value, ImageBits, nameof(ImageIndex)); } =
        Fit(ImageIndex, ImageBits, nameof(ImageIndex));

    /// <summary>What the votes are used for.</summary>
    public VotePhase Phase { get; init => field = Known(value); } = Known(Phase);

    /// <summary>The number of the sample within the phase. In [0, 2^36).</summary>
    public long Sample { get; init => field = Fit(value, SampleBits, nameof(Sample)); } = Fit(Sample, SampleBits, nameof(Sample));

    /// <summary>The counter of the row's first block.</summary>
    internal UInt128 Counter
    {
        get
        {
            ulong low = (ulong)Sample << BlockBits;
            ulong high = (ulong)ImageIndex | (ulong)Phase << ImageBits | (ulong)Stream << (ImageBits + PhaseBits);
            return new UInt128(high, low);
        }
    }

    private static long Fit(long value, int bits, string field) => (ulong)value < 1UL << bits
        ? value
        : throw new ArgumentOutOfRangeException(field, value,
            $"{field} must be in [0, 2^{bits}): the noise counter has {bits} bits for it.");

    private static VotePhase Known(VotePhase phase) => phase is VotePhase.Prediction or VotePhase.Selection or VotePhase.Estimation
        ? phase
        : throw new ArgumentOutOfRangeException(nameof(Phase), phase, $"{nameof(Phase)} is not a value of {nameof(VotePhase)}.");
}
