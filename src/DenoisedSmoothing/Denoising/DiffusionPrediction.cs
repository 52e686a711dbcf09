using static TorchSharp.torch;

namespace DenoisedSmoothing.Denoising;

/// <summary>What a diffusion network predicts for x_t.</summary>
/// <param name="X0">The clean image in [-1,1], not clipped: float32 [N,C,H,W].</param>
/// <param name="Variance">
/// Where the network learned the variance too, its additional C channels v [N,C,H,W]: (v + 1)/2 interpolates the logarithm of the reverse
/// step's variance between its bounds (Nichol and Dhariwal 2021, equation 15). Null for a network with fixed variance.
/// </param>
public readonly record struct DiffusionPrediction(Tensor X0, Tensor? Variance) : IDisposable
{
    /// <summary>Frees both.</summary>
    public void Dispose()
    {
        X0.Dispose();
        Variance?.Dispose();
    }
}
