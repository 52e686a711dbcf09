using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace DenoisedSmoothing.Models.UNet2D;

/// <summary>The middle block (UNetMidBlock2D).</summary>
internal sealed class MidBlock2D : Module
{
    private readonly ModuleList<Attention2D> attentions = new();
    private readonly ModuleList<ResnetBlock2D> resnets = new();

    public MidBlock2D(int channels, UNet2DModelOptions options) : base(nameof(MidBlock2D))
    {
        double factor = options.MidScaleFactor;
        resnets.Add(new ResnetBlock2D(channels, channels, options, factor: factor));
        if (options.MidAttention)
            attentions.Add(new Attention2D(channels, options.MidAttentionGroups, options, factor));
        resnets.Add(new ResnetBlock2D(channels, channels, options, factor: factor));
        RegisterComponents();
    }

    /// <summary>Runs the block; the input is not disposed.</summary>
    public FeatureMap Run(ImageOperations operations, FeatureMap x, Tensor embedding)
    {
        using DisposeScope scope = NewDisposeScope();
        FeatureMap h = resnets[0].Run(operations, x, null, embedding);
        foreach (Attention2D attention in attentions)
        {
            using FeatureMap taken = h;
            h = attention.Run(operations, taken, null, embedding);
        }

        return resnets[1].Run(operations, h, null, embedding).MoveToOuterDisposeScope();
    }
}
