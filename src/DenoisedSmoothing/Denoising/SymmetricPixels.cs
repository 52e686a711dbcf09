using static TorchSharp.torch;

namespace DenoisedSmoothing.Denoising;

/// <summary>Between pixels in [0,1] and the [-1,1] of diffusion networks: the paper's factor 2 on pixels.</summary>
internal static class SymmetricPixels
{
    /// <summary>[0,1] to [-1,1], unclipped; a fresh tensor.</summary>
    public static Tensor FromUnit(Tensor pixels) => pixels.mul(2).sub_(1);

    /// <summary>[-1,1] to [0,1], clipped; a fresh tensor.</summary>
    public static Tensor ToUnit(Tensor symmetric) => symmetric.clamp(-1, 1).add_(1).div_(2);
}
