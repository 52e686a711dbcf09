namespace DenoisedSmoothing.Noise;

/// <summary>
/// Gaussian noise in float arithmetic, as the field draws it and as this library did before <see cref="GridGaussianNoise"/>: for redrawing
/// the votes of old certificates, and for comparison.
/// </summary>
/// <remarks>
/// Not for new certificates: a float sum x + n leaks x through its low bits, and a classifier that reads them is certified falsely (shown
/// in the tests; see also Jin et al. 2022, "Getting a-round guarantees"). No trained network is known to do that.
/// </remarks>
public sealed class FloatGaussianNoise : ISmoothingNoise
{
    private readonly float _sigma;

    /// <summary>Makes the noise.</summary>
    /// <param name="sigma">The standard deviation per pixel value, in [0,1] pixel space; finite and above 0 as a float.</param>
    /// <exception cref="ArgumentOutOfRangeException">Sigma is outside its range.</exception>
    public FloatGaussianNoise(double sigma)
    {
        _sigma = (float)sigma;
        if (!(_sigma > 0) || float.IsInfinity(_sigma))
        {
            throw new ArgumentOutOfRangeException(
                nameof(sigma), sigma,
                    "Sigma must be finite and above 0: the standard deviation of the noise per pixel value, for pixels in [0,1].");
        }

        // (float)sigma may lie just below or above sigma.
        Level = new NoiseLevel(sigma, _sigma, Math.Min(sigma, _sigma));
    }

    /// <inheritdoc/>
    public string Version => GaussianNoise.Version;

    /// <inheritdoc/>
    public Norm Norm => Norm.L2;

    /// <inheritdoc/>
    public NoiseLevel Level { get; }

    /// <inheritdoc/>
    public int MaxRowLength => GaussianNoise.MaxRowLength;

    /// <inheritdoc/>
    public IRadiusRule RuleFor(long dimension)
    {
        NoiseRow.CheckDimension(dimension, MaxRowLength);
        return new GaussianRule(Level.Certified);
    }

    /// <inheritdoc/>
    public void AddTo(ulong seed, in NoiseCoordinate at, ReadOnlySpan<float> image, Span<float> noisy) =>
        GaussianNoise.AddTo(seed, at, image, _sigma, noisy);
}
