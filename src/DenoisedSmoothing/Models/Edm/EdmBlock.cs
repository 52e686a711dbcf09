using DenoisedSmoothing.Models.UNet;
using DenoisedSmoothing.Models.UNet2D;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace DenoisedSmoothing.Models.Edm;

/// <summary>Norm, SiLU and convolution, twice, with the noise level between them, and attention at the end (UNetBlock).</summary>
internal sealed class EdmBlock : Module, IUNetLayer
{
    private const int DhariwalHead = 64;
    private const double SongEpsilon = 1e-6, DhariwalEpsilon = 1e-5;

    private readonly GroupNorm norm0, norm1;
    private readonly GroupNorm? norm2;
    private readonly Conv2d conv0, conv1;
    private readonly Conv2d? qkv, proj;
    private readonly Linear affine;
    private readonly Module? skip;
    private readonly Resample _resample;
    private readonly bool _scaleShift;
    private readonly int _heads;
    private readonly double _factor;

    public EdmBlock(int channels, int outChannels, EdmUNetOptions options, Resample resample = Resample.None, bool attention = false)
        : base(nameof(EdmBlock))
    {
        (_resample, _scaleShift) = (resample, !options.IsSong);
        _factor = options.IsSong ? Math.Sqrt(2) : 1;
        _heads = !attention ? 0 : options.IsSong ? 1 : outChannels / DhariwalHead;
        norm0 = Norm(channels, options);
        conv0 = ChannelsLast.Conv2d(channels, outChannels, 3, padding: 1);
        affine = Linear(options.EmbeddingChannels, _scaleShift ? 2 * outChannels : outChannels);
        norm1 = Norm(outChannels, options);
        conv1 = ChannelsLast.Conv2d(outChannels, outChannels, 3, padding: 1);
        if (channels != outChannels || resample != Resample.None && options.IsSong)
            skip = ChannelsLast.Conv2d(channels, outChannels, 1);
        else if (resample != Resample.None)
            skip = new EdmFilterOnly();
        if (resample != Resample.None)
        {
            EdmFilter.Register(conv0, options.FilterTaps);
            EdmFilter.Register(skip!, options.FilterTaps);
        }

        if (_heads > 0)
        {
            norm2 = Norm(outChannels, options);
            qkv = ChannelsLast.Conv2d(outChannels, 3 * outChannels, 1);
            proj = ChannelsLast.Conv2d(outChannels, outChannels, 1);
        }

        RegisterComponents();
    }

    /// <summary>The layer applied to the noise level's embedding.</summary>
    public Linear TimeLayer => affine;

    public FeatureMap Run(ImageOperations operations, FeatureMap x, FeatureMap? behind, Tensor embedding)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor h = operations.Norm(norm0, x, behind, null, silu: true);
        if (_resample != Resample.None)
        {
            using (Tensor before = h)
                h = Resized(conv0, before);
        }

        Tensor noise = operations.Time(affine, embedding);
        using (FeatureMap convolved = operations.Convolve(conv0, h, _scaleShift ? null : noise))
            h = operations.Norm(norm1, convolved, null, _scaleShift ? noise : null, silu: true);
        FeatureMap branch = operations.Convolve(conv1, h);
        FeatureMap sum = UNet2DLayers.Add(operations, branch, Skipped(operations, x, behind), _factor);
        return (_heads > 0 ? Attended(operations, sum) : sum).MoveToOuterDisposeScope();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && _resample != Resample.None)
            EdmFilter.Dispose(conv0, skip!);
        base.Dispose(disposing);
    }

    private static GroupNorm Norm(int channels, EdmUNetOptions options) =>
        UNet2DLayers.Norm(EdmUNetOptions.Groups(channels), channels, options.IsSong ? SongEpsilon : DhariwalEpsilon);

    private Tensor Skipped(ImageOperations operations, FeatureMap x, FeatureMap? behind)
    {
        if (skip is null)
            return x.Values;
        if (_resample != Resample.None)
            x = new FeatureMap(Resized(skip, x.Values));
        return skip is Conv2d projection ? operations.Project(projection, x, behind) : x.Values;
    }

    private Tensor Resized(Module layer, Tensor x)
    {
        Tensor filter = layer.get_buffer(EdmFilter.Name)!;
        return _resample == Resample.Up ? EdmFilter.Up(filter, x) : EdmFilter.Down(filter, x, EdmFilter.Padding(filter));
    }

    private FeatureMap Attended(ImageOperations operations, FeatureMap x)
    {
        using DisposeScope scope = NewDisposeScope();
        long n = x.Values.size(0), channels = x.Values.size(1), height = x.Values.size(2), width = x.Values.size(3);
        // Rows [N T,C] are a view of channels-last images; the q, k and v of one channel are adjacent.
        Tensor rows = ImageOperations.Rows(operations.Norm(norm2!, x, null, null, silu: false));
        Tensor[] parts = ImageOperations.Pointwise(rows, qkv!.weight!, qkv.bias)
            .reshape(n, height * width, _heads, channels / _heads, 3).transpose(1, 2).unbind(4);
        Tensor attended = nn.functional.scaled_dot_product_attention(parts[0].contiguous(), parts[1].contiguous(), parts[2].contiguous());
        Tensor h = ImageOperations.Pointwise(attended.transpose(1, 2).reshape(-1, channels), proj!.weight!, proj.bias);
        FeatureMap branch = new(ImageOperations.Images(h, n, height, width));
        return UNet2DLayers.Add(operations, branch, x.Values, _factor).MoveToOuterDisposeScope();
    }
}
