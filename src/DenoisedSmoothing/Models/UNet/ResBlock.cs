using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace DenoisedSmoothing.Models.UNet;

/// <summary>What a residual block does to the resolution.</summary>
internal enum Resample
{
    None,
    Down,
    Up,
}

/// <summary>Norm, SiLU and convolution, twice, with the time between them (ResBlock).</summary>
internal sealed class ResBlock : Module, IUNetLayer
{
    private readonly Sequential in_layers, emb_layers, out_layers;
    private readonly Module<Tensor, Tensor> skip_connection;
    private readonly bool _scaleShift;
    private readonly Resample _resample;

    public ResBlock(int channels, int outChannels, int embedding, DiffusionUNetOptions options, Resample resample = Resample.None)
        : base(nameof(ResBlock))
    {
        _scaleShift = options.ScaleShiftNorm;
        _resample = resample;
        in_layers = Sequential(UNetLayers.Norm(channels), SiLU(), ChannelsLast.Conv2d(channels, outChannels, 3, padding: 1));
        emb_layers = Sequential(SiLU(), Linear(embedding, _scaleShift ? 2 * outChannels : outChannels));
        out_layers = Sequential(UNetLayers.Norm(outChannels), SiLU(), nn.Dropout(options.Dropout),
            UNetLayers.Zero(ChannelsLast.Conv2d(outChannels, outChannels, 3, padding: 1)));
        skip_connection = channels == outChannels ? Identity() : ChannelsLast.Conv2d(channels, outChannels, 1);
        RegisterComponents();
    }

    /// <summary>The layer applied to the time embedding.</summary>
    public Linear TimeLayer => (Linear)emb_layers[1];

    public FeatureMap Run(ImageOperations operations, FeatureMap x, FeatureMap? behind, Tensor embedding)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor h = operations.Norm((GroupNorm)in_layers[0], x, behind, null, silu: true);
        if (_resample != Resample.None)
        {
            using (Tensor large = h)
                h = Resized(large);
            x = new FeatureMap(Resized(x.Values));
        }

        Tensor time = operations.Time(TimeLayer, embedding);
        using (FeatureMap convolved = operations.Convolve((Conv2d)in_layers[2], h, _scaleShift ? null : time))
            h = operations.Norm((GroupNorm)out_layers[0], convolved, null, _scaleShift ? time : null, silu: true);
        if (training)
            h = out_layers[2].Consume(h);
        FeatureMap branch = operations.Convolve((Conv2d)out_layers[3], h);
        Tensor residual = skip_connection is Conv2d projection ? operations.Project(projection, x, behind) : x.Values;
        return operations.Add(branch, residual).MoveToOuterDisposeScope();
    }

    private Tensor Resized(Tensor x) => _resample == Resample.Up
        ? nn.functional.interpolate(x, scale_factor: [2, 2], mode: InterpolationMode.Nearest)
        : nn.functional.avg_pool2d(x, 2);
}
