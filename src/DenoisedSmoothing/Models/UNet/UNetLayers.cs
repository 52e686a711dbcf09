using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace DenoisedSmoothing.Models.UNet;

/// <summary>Layers, initialised as in the reference.</summary>
internal static class UNetLayers
{
    // TorchSharp 0.107 leaves GroupNorm's weight and bias uninitialised.
    public static TorchSharp.Modules.GroupNorm Norm(int channels)
    {
        var norm = GroupNorm(32, channels);
        init.ones_(norm.weight);
        init.zeros_(norm.bias);
        return norm;
    }

    // The reference starts every residual branch and the output at zero, so that training begins at the identity.
    public static Module<Tensor, Tensor> Zero(Module<Tensor, Tensor> layer)
    {
        foreach (var parameter in layer.parameters())
            init.zeros_(parameter);
        return layer;
    }
}
