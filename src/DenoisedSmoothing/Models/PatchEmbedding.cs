using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Models;

/// <summary>
/// The first convolution of a vision transformer, whose kernel is as large as its stride: a product of patches and weights, which avoids
/// the layouts that a convolution wants.
/// </summary>
internal static class PatchEmbedding
{
    /// <summary>Embeds the patches of images.</summary>
    /// <param name="layer">[D,C,p,p], with stride p.</param>
    /// <param name="x">[N,C,H,W].</param>
    /// <returns>[N,H W / p^2,D]; fresh.</returns>
    public static Tensor Call(Conv2d layer, Tensor x)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor weight = layer.weight!;
        long n = x.size(0), channels = x.size(1), p = weight.size(2), height = x.size(2) / p, width = x.size(3) / p;
        Tensor patches = x.reshape(n, channels, height, p, width, p).permute(0, 2, 4, 1, 3, 5).reshape(n * height * width, -1);
        return LinearRows.Product(patches, weight.reshape(weight.size(0), -1), layer.bias).reshape(n, height * width, -1)
            .MoveToOuterDisposeScope();
    }
}
