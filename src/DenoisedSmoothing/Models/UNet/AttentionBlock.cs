using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace DenoisedSmoothing.Models.UNet;

/// <summary>Attention between the pixels of an image (AttentionBlock).</summary>
internal sealed class AttentionBlock : Module, IUNetLayer
{
    private readonly GroupNorm norm;
    private readonly Conv1d qkv, proj_out;
    private readonly int _heads;
    private readonly bool _newOrder;

    public AttentionBlock(int channels, DiffusionUNetOptions options, bool upsampling) : base(nameof(AttentionBlock))
    {
        _heads = options.HeadsFor(channels, upsampling);
        _newOrder = options.NewAttentionOrder;
        norm = UNetLayers.Norm(channels);
        qkv = Conv1d(channels, 3 * channels, 1);
        proj_out = Conv1d(channels, channels, 1);
        UNetLayers.Zero(proj_out);
        RegisterComponents();
    }

    public FeatureMap Run(ImageOperations operations, FeatureMap x, FeatureMap? behind, Tensor embedding)
    {
        using DisposeScope scope = NewDisposeScope();
        long n = x.Values.size(0), channels = x.Values.size(1), height = x.Values.size(2), width = x.Values.size(3);
        // Rows [N T,C] are a view of channels-last images; a 1x1 kernel is a matrix, and fused attention is fast for heads of adjacent
        // channels.
        Tensor joined;
        using (Tensor normed = operations.Norm(norm, x, null, null, silu: false))
            joined = ImageOperations.Pointwise(ImageOperations.Rows(normed), qkv.weight!, qkv.bias);
        // Legacy order keeps each head's q, k, v together; the new order splits q, k, v first.
        Tensor[] parts = (_newOrder
            ? joined.reshape(n, -1, 3, _heads, channels / _heads).transpose(2, 3)
            : joined.reshape(n, -1, _heads, 3, channels / _heads)).transpose(1, 2).unbind(3);
        Tensor attended = nn.functional.scaled_dot_product_attention(parts[0], parts[1], parts[2]);
        joined.Dispose();
        Tensor h = ImageOperations.Pointwise(attended.transpose(1, 2).reshape(-1, channels), proj_out.weight!, proj_out.bias);
        attended.Dispose();
        FeatureMap branch = new(ImageOperations.Images(h, n, height, width));
        return operations.Add(branch, x.Values).MoveToOuterDisposeScope();
    }
}
