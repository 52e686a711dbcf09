using static TorchSharp.torch;

namespace DenoisedSmoothing.Denoising;

/// <summary>
/// The score of noisy images: the gradient of the logarithm of their density, at any noise level, in [0,1] pixel space. Used by
/// <see cref="TweedieDenoiser"/> and <see cref="AnnealedDenoiser"/>.
/// </summary>
/// <remarks>An implementation never disposes its input and returns a fresh tensor; rows are independent of one another.</remarks>
public interface IScore
{
    /// <summary>The largest sigma, in [0,1] pixel space, that can be asked for.</summary>
    double LargestSigma { get; }

    /// <summary>The score.</summary>
    /// <param name="noisy">Images in [0,1] plus N(0, sigma^2) per pixel: floating point [N,C,H,W].</param>
    /// <param name="sigma">Above 0, at most <see cref="LargestSigma"/>.</param>
    /// <returns>Of the images' shape and type.</returns>
    Tensor Score(Tensor noisy, double sigma);
}
