using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace DenoisedSmoothing.Models.UNet;

/// <summary>Doubles the resolution by repeating pixels, followed by a convolution where it is learned.</summary>
internal sealed class Upsample : Module, IUNetLayer
{
    private readonly Conv2d? conv;

    public Upsample(int channels, bool learned) : base(nameof(Upsample))
    {
        conv = learned ? ChannelsLast.Conv2d(channels, channels, 3, padding: 1) : null;
        RegisterComponents();
    }

    public FeatureMap Run(ImageOperations operations, FeatureMap x, FeatureMap? behind, Tensor embedding)
    {
        Tensor large = nn.functional.interpolate(x.Values, scale_factor: [2, 2], mode: InterpolationMode.Nearest);
        return operations.Settle(conv is null ? new FeatureMap(large) : operations.Convolve(conv, large));
    }
}
