namespace DenoisedSmoothing.Noise;

/// <summary>A noise law for smoothing: how its noise is drawn, how large it is, and what votes under it certify.</summary>
/// <remarks>
/// Immutable and safe for concurrent use. The noise is a pure function of seed and place: the same bits on every machine.
/// </remarks>
public interface ISmoothingNoise
{
    /// <summary>Names the scheme: any change to the bits drawn changes this name. Certificates include it.</summary>
    string Version { get; }

    /// <summary>The norm of the radii that this noise certifies.</summary>
    Norm Norm { get; }

    /// <summary>The standard deviation of the noise per pixel value; a denoiser is told the certified one.</summary>
    NoiseLevel Level { get; }

    /// <summary>The most values an image may have.</summary>
    int MaxRowLength { get; }

    /// <summary>What votes under this noise certify.</summary>
    /// <param name="dimension">The number of values of the image (channels x height x width); at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The dimension is below 1 or above <see cref="MaxRowLength"/>.</exception>
    IRadiusRule RuleFor(long dimension);

    /// <summary>Adds the noise of one place to an image.</summary>
    /// <param name="seed">The generator's key. A published seed is for reproduction; trying several and keeping the best voids
    /// alpha.</param>
    /// <param name="at">The row's place.</param>
    /// <param name="image">The image, flattened; values in [0,1], which are not checked; at most <see cref="MaxRowLength"/> of
    /// them.</param>
    /// <param name="noisy">
    /// Receives the noisy image, unclipped; as long as the image, and either the image's own memory or disjoint from it.
    /// </param>
    /// <exception cref="ArgumentException">The row is too long, the lengths differ, or the spans overlap with an offset.</exception>
    void AddTo(ulong seed, in NoiseCoordinate at, ReadOnlySpan<float> image, Span<float> noisy);
}
