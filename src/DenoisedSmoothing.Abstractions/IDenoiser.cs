using TorchSharp;

namespace DenoisedSmoothing;

/// <summary>Estimates clean images from noisy ones.</summary>
/// <remarks>
/// An implementation never disposes its input and returns a fresh tensor. Rows are independent: row i of the result depends only on row i
/// of the input (and on its own inner draws). Whether it is thread-safe is for the implementation to say; the library calls one instance
/// from one thread at a time.
/// </remarks>
public interface IDenoiser
{
    /// <summary>Denoises a batch.</summary>
    /// <param name="noisy">float32 [N,C,H,W]: clean images in [0,1] plus N(0, Sigma^2) per pixel, unclipped.</param>
    /// <param name="noise">The noise level, and inner randomness for a stochastic denoiser.</param>
    /// <returns>float32 [N,C,H,W], meant to lie in [0,1]; a fresh tensor on the input's device.</returns>
    torch.Tensor Denoise(torch.Tensor noisy, NoiseContext noise);
}
