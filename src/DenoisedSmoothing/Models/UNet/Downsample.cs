using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace DenoisedSmoothing.Models.UNet;

/// <summary>Halves the resolution, by a convolution or by the mean of two by two pixels.</summary>
internal sealed class Downsample : Module, IUNetLayer
{
    private readonly Module<Tensor, Tensor> op;

    public Downsample(int channels, bool learned) : base(nameof(Downsample))
    {
        op = learned ? ChannelsLast.Conv2d(channels, channels, 3, stride: 2, padding: 1) : AvgPool2d(2);
        RegisterComponents();
    }

    public FeatureMap Run(ImageOperations operations, FeatureMap x, FeatureMap? behind, Tensor embedding) =>
        operations.Settle(op is Conv2d conv
        ? operations.Convolve(conv, x.Values.alias())
        : new FeatureMap(op.call(x.Values)));
}
