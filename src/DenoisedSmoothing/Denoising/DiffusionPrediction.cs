using static TorchSharp.torch;

namespace DenoisedSmoothing.Denoising;

/// <summary>What a diffusion network says of x_t.</summary>
/// <param name="X0">The clean image in [-1,1], not clipped: float32 [N,C,H,W].</param>
/// <param name="Variance">
/// Where the network learned the variance too, its further C channels v [N,C,H,W]: (v + 1)/2 interpolates the logarithm of the reverse
/// step's variance between its bounds (Nichol and Dhariwal 2021, equation 15). Null for a network of fixed variance.
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
