using DenoisedSmoothing.Models.UNet;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace DenoisedSmoothing.Models.UNet2D;

/// <summary>Attention between the pixels of an image (Attention, and AttentionBlock of diffusers before 0.15).</summary>
internal sealed class Attention2D : Module, IUNetLayer
{
    private readonly GroupNorm? group_norm;
    private readonly Linear to_q, to_k, to_v;
    private readonly Sequential to_out;
    private readonly int _headDim;
    private readonly double _factor;

    public Attention2D(int channels, int? groups, UNet2DModelOptions options, double factor = 1) : base(nameof(Attention2D))
    {
        (_headDim, _factor) = (options.AttentionHeadDim ?? channels, factor);
        group_norm = groups is { } count ? UNet2DLayers.Norm(count, channels, options.NormEpsilon) : null;
        (to_q, to_k, to_v) = (Linear(channels, channels), Linear(channels, channels), Linear(channels, channels));
        to_out = Sequential(Linear(channels, channels));
        RegisterComponents();
    }

    public FeatureMap Run(ImageOperations operations, FeatureMap x, FeatureMap? behind, Tensor embedding)
    {
        using DisposeScope scope = NewDisposeScope();
        long n = x.Values.size(0), channels = x.Values.size(1), height = x.Values.size(2), width = x.Values.size(3);
        // Rows [N T,C] are a view of channels-last images; with three dimensions a bias would be a separate pass.
        Tensor normed = group_norm is null ? x.Values : operations.Norm(group_norm, x, null, null, silu: false);
        Tensor rows = ImageOperations.Rows(normed);
        Tensor attended = nn.functional.scaled_dot_product_attention(Heads(to_q), Heads(to_k), Heads(to_v));
        Tensor h = ((Linear)to_out[0]).Run(attended.transpose(1, 2).reshape(-1, channels));
        FeatureMap branch = new(ImageOperations.Images(h, n, height, width));
        return UNet2DLayers.Add(operations, branch, x.Values, _factor).MoveToOuterDisposeScope();

        Tensor Heads(Linear layer) => layer.Run(rows).reshape(n, height * width, channels / _headDim, _headDim).transpose(1, 2);
    }
}
