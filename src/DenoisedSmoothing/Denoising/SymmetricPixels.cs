using static TorchSharp.torch;

namespace DenoisedSmoothing.Denoising;

/// <summary>
/// Converts between pixels in [0,1], where sigma and radius are measured, and the [-1,1] of diffusion networks, where lengths are twice as
/// long: the one place that knows the paper's factor 2.
/// </summary>
public static class SymmetricPixels
{
    private const double Factor = 2;

    /// <summary>[0,1] to [-1,1], unclipped.</summary>
    /// <param name="pixels">Floating point, in [0,1] where there is no noise.</param>
    /// <returns>A fresh tensor.</returns>
    public static Tensor FromUnit(Tensor pixels)
    {
        ArgumentNullException.ThrowIfNull(pixels);
        return pixels.mul(Kept(Factor)).sub_(Kept(1));
    }

    /// <summary>[-1,1] to [0,1], clipped.</summary>
    /// <param name="symmetric">Floating point.</param>
    /// <returns>A fresh tensor.</returns>
    public static Tensor ToUnit(Tensor symmetric)
    {
        ArgumentNullException.ThrowIfNull(symmetric);
        return symmetric.clamp(Kept(-1), Kept(1)).PlusInPlace(1).div_(Kept(Factor));
    }

    /// <summary>
    /// The noise-to-signal ratio of a diffusion network, for images in [-1,1], that corresponds to a sigma for pixels in [0,1].
    /// </summary>
    /// <param name="sigma">The noise per pixel, for pixels in [0,1].</param>
    public static double NoiseToSignal(double sigma) => Factor * sigma;

    /// <summary>The sigma for pixels in [0,1] that corresponds to a noise-to-signal ratio for images in [-1,1].</summary>
    /// <param name="noiseToSignal">The noise for images in [-1,1].</param>
    public static double Sigma(double noiseToSignal) => noiseToSignal / Factor;
}
