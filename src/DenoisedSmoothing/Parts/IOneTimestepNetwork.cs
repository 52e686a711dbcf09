using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Parts;

/// <summary>
/// A diffusion network that can be called at one timestep for all rows: whatever depends only on the timestep is then computed once per
/// batch from the current weights, and nothing is kept that could become outdated.
/// </summary>
internal interface IOneTimestepNetwork
{
    /// <summary>The network's result at one timestep.</summary>
    /// <param name="x">In the network's own form: [N,C,H,W].</param>
    /// <param name="timestep">As the network is fed it.</param>
    /// <param name="variance">
    /// Whether a learned variance is wanted; without it the result may be [N,C,H,W] where the network has one.
    /// </param>
    /// <returns>[N,C,H,W], or [N,2C,H,W] where the variance was learned; fresh.</returns>
    Tensor Predict(Tensor x, double timestep, bool variance);

    /// <summary>Calls any network at one timestep: this way where possible, otherwise with the timestep in every row.</summary>
    static Tensor Ask(nn.IModule<Tensor, Tensor, Tensor> network, Tensor x, double timestep, bool variance)
    {
        if (network is IOneTimestepNetwork able)
            return able.Predict(x, timestep, variance);
        using Tensor timesteps = full(x.shape[0], Kept(timestep), ScalarType.Float32, x.device);
        return network.call(x, timesteps);
    }
}
