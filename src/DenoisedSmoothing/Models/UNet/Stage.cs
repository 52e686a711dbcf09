using System.Globalization;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace DenoisedSmoothing.Models.UNet;

/// <summary>A sequence of layers, of which only residual blocks see the time embedding (TimestepEmbedSequential).</summary>
internal sealed class Stage : Module, IUNetLayer
{
    private readonly Module[] _layers;

    public Stage(params Module[] layers) : base(nameof(Stage))
    {
        _layers = layers;
        for (int i = 0; i < layers.Length; i++)
            register_module(i.ToString(CultureInfo.InvariantCulture), layers[i]);
    }

    public FeatureMap Run(ImageOperations operations, FeatureMap x, FeatureMap? behind, Tensor embedding)
    {
        using DisposeScope scope = NewDisposeScope();
        FeatureMap h = Apply(_layers[0], x, behind);
        foreach (Module layer in _layers.AsSpan(1))
        {
            using FeatureMap taken = h;
            h = Apply(layer, taken, null);
        }

        return h.MoveToOuterDisposeScope();

        FeatureMap Apply(Module layer, FeatureMap images, FeatureMap? further) => layer is Conv2d conv
            ? operations.Settle(operations.Convolve(conv, images.Values.alias()))
            : ((IUNetLayer)layer).Run(operations, images, further, embedding);
    }
}
