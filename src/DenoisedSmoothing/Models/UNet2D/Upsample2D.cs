using DenoisedSmoothing.Models.UNet;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace DenoisedSmoothing.Models.UNet2D;

/// <summary>Doubles the resolution by repeating pixels, followed by a convolution (Upsample2D).</summary>
internal sealed class Upsample2D : Module, IUNetLayer
{
    private readonly Conv2d conv;

    public Upsample2D(int channels) : base(nameof(Upsample2D))
    {
        conv = ChannelsLast.Conv2d(channels, channels, 3, padding: 1);
        RegisterComponents();
    }

    public FeatureMap Run(ImageOperations operations, FeatureMap x, FeatureMap? behind, Tensor embedding) => operations.Settle(
        operations.Convolve(conv, nn.functional.interpolate(x.Values, scale_factor: [2, 2], mode: InterpolationMode.Nearest)));
}
