using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace DenoisedSmoothing.Models.UNet2D;

/// <summary>What the blocks of a <see cref="UNet2DModel"/> share.</summary>
internal static class UNet2DLayers
{
    // TorchSharp 0.107 leaves GroupNorm's weight and bias uninitialised.
    public static GroupNorm Norm(int groups, int channels, double epsilon)
    {
        GroupNorm norm = GroupNorm(groups, channels, epsilon);
        init.ones_(norm.weight);
        init.zeros_(norm.bias);
        return norm;
    }

    /// <summary>The sum of the branch and the residual, divided by the factor; the branch is consumed.</summary>
    public static FeatureMap Add(ImageOperations operations, FeatureMap branch, Tensor residual, double factor)
    {
        FeatureMap sum = operations.Add(branch, residual);
        if (factor == 1)
            return sum;
        using (sum)
            return operations.Settle(new FeatureMap(sum.Values / Kept(factor)));
    }
}
