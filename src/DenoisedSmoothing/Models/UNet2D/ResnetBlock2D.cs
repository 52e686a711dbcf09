using DenoisedSmoothing.Models.UNet;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace DenoisedSmoothing.Models.UNet2D;

/// <summary>Norm, SiLU and convolution, twice, with the time between them (ResnetBlock2D).</summary>
internal sealed class ResnetBlock2D : Module, IUNetLayer
{
    private readonly GroupNorm norm1, norm2;
    private readonly Conv2d conv1, conv2;
    private readonly Conv2d? conv_shortcut;
    private readonly Linear time_emb_proj;
    private readonly Dropout dropout;
    private readonly bool _scaleShift;
    private readonly Resample _resample;
    private readonly double _factor;

    public ResnetBlock2D(int channels, int outChannels, UNet2DModelOptions options, Resample resample = Resample.None, double factor = 1)
        : base(nameof(ResnetBlock2D))
    {
        (_scaleShift, _resample, _factor) = (options.ScaleShift, resample, factor);
        norm1 = UNet2DLayers.Norm(options.NormGroups, channels, options.NormEpsilon);
        conv1 = ChannelsLast.Conv2d(channels, outChannels, 3, padding: 1);
        time_emb_proj = Linear(options.EmbeddingWidth, _scaleShift ? 2 * outChannels : outChannels);
        norm2 = UNet2DLayers.Norm(options.NormGroups, outChannels, options.NormEpsilon);
        dropout = Dropout(options.Dropout);
        conv2 = ChannelsLast.Conv2d(outChannels, outChannels, 3, padding: 1);
        conv_shortcut = channels == outChannels ? null : ChannelsLast.Conv2d(channels, outChannels, 1);
        RegisterComponents();
    }

    /// <summary>The layer applied to the time embedding.</summary>
    public Linear TimeLayer => time_emb_proj;

    public FeatureMap Run(ImageOperations operations, FeatureMap x, FeatureMap? behind, Tensor embedding)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor h = operations.Norm(norm1, x, behind, null, silu: true);
        if (_resample != Resample.None)
        {
            using (Tensor before = h)
                h = Resized(before);
            x = new FeatureMap(Resized(x.Values));
        }

        Tensor time = operations.Time(time_emb_proj, embedding);
        using (FeatureMap convolved = operations.Convolve(conv1, h, _scaleShift ? null : time))
            h = operations.Norm(norm2, convolved, null, _scaleShift ? time : null, silu: true);
        if (training)
            h = dropout.Consume(h);
        FeatureMap branch = operations.Convolve(conv2, h);
        Tensor residual = conv_shortcut is null ? x.Values : operations.Project(conv_shortcut, x, behind);
        return UNet2DLayers.Add(operations, branch, residual, _factor).MoveToOuterDisposeScope();
    }

    private Tensor Resized(Tensor x) => _resample == Resample.Up
        ? nn.functional.interpolate(x, scale_factor: [2, 2], mode: InterpolationMode.Nearest)
        : nn.functional.avg_pool2d(x, 2);
}
