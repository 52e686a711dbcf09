using static TorchSharp.torch;

namespace DenoisedSmoothing.Denoising;

/// <summary>
/// A denoiser for any noise level, D(x, sigma) of Karras et al. 2022, in the network's own terms: images in [-1,1], noise added without
/// scaling. A deterministic sampler calls it again and again.
/// </summary>
/// <remarks>An implementation never disposes its input and returns a fresh tensor; rows are independent of one another.</remarks>
public interface IX0Predictor
{
    /// <summary>The highest noise level that can be asked for; twice the largest sigma for pixels in [0,1].</summary>
    double LargestNoiseToSignal { get; }

    /// <summary>The expected clean image for a noisy one.</summary>
    /// <param name="x">x_0 + noiseToSignal z with x_0 in [-1,1] and z standard normal: floating point, [N,C,H,W].</param>
    /// <param name="noiseToSignal">The standard deviation of the noise, for images in [-1,1]; above 0, at most
    /// <see cref="LargestNoiseToSignal"/>.</param>
    /// <returns>x_0, of x's shape and type, not clipped.</returns>
    Tensor PredictX0(Tensor x, double noiseToSignal);
}
