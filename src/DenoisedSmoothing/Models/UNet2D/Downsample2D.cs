using DenoisedSmoothing.Models.UNet;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace DenoisedSmoothing.Models.UNet2D;

/// <summary>Halves the resolution by a convolution (Downsample2D).</summary>
internal sealed class Downsample2D : Module, IUNetLayer
{
    private readonly Conv2d conv;
    private readonly bool _padsEnd;

    public Downsample2D(int channels, int padding) : base(nameof(Downsample2D))
    {
        conv = ChannelsLast.Conv2d(channels, channels, 3, stride: 2, padding: padding);
        _padsEnd = padding == 0;
        RegisterComponents();
    }

    // Without its own padding, the convolution gets a column on the right and a row below, as in Ho et al.'s code.
    public FeatureMap Run(ImageOperations operations, FeatureMap x, FeatureMap? behind, Tensor embedding) =>
        operations.Settle(operations.Convolve(conv, _padsEnd ? nn.functional.pad(x.Values, [0, 1, 0, 1]) : x.Values.alias()));
}
