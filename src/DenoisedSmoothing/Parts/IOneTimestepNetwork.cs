using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Parts;

/// <summary>
/// A diffusion network that can be asked at one timestep for all rows: what depends on the timestep alone is then computed once a batch
/// from the weights as they are, and nothing is kept that could be out of date.
/// </summary>
internal interface IOneTimestepNetwork
{
    /// <summary>The network's answer at one timestep.</summary>
    /// <param name="x">As the network takes it: [N,C,H,W].</param>
    /// <param name="timestep">As the network is fed it.</param>
    /// <param name="variance">Whether a learned variance is wanted; without it the answer may be [N,C,H,W] where the network has
    /// one.</param>
    /// <returns>[N,C,H,W], or [N,2C,H,W] where the variance was learned; fresh.</returns>
    Tensor Predict(Tensor x, double timestep, bool variance);

    /// <summary>Asks any network at one timestep: this way where it can be, else with the timestep in every row.</summary>
    static Tensor Ask(nn.IModule<Tensor, Tensor, Tensor> network, Tensor x, double timestep, bool variance)
    {
        if (network is IOneTimestepNetwork able)
            return able.Predict(x, timestep, variance);
        using Tensor timesteps = full(x.shape[0], Kept(timestep), ScalarType.Float32, x.device);
        return network.call(x, timesteps);
    }
}
