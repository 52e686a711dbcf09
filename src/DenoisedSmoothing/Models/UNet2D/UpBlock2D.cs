using DenoisedSmoothing.Models.UNet;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace DenoisedSmoothing.Models.UNet2D;

/// <summary>A level on the way up (UpBlock2D, AttnUpBlock2D, ResnetUpsampleBlock2D).</summary>
internal sealed class UpBlock2D : Module
{
    private readonly ModuleList<ResnetBlock2D> resnets = new();
    private readonly ModuleList<Attention2D> attentions = new();
    private readonly ModuleList<Module> upsamplers = new();

    /// <param name="type">What it consists of.</param>
    /// <param name="channels">The channels from below.</param>
    /// <param name="skips">The channels from the way down, in the order in which they are used: one entry for each residual block.</param>
    /// <param name="outChannels">The output channels.</param>
    /// <param name="last">Whether the resolution stays.</param>
    /// <param name="options">The network's.</param>
    public UpBlock2D(UNet2DBlockType type, int channels, IReadOnlyList<int> skips, int outChannels, bool last, UNet2DModelOptions options)
        : base(nameof(UpBlock2D))
    {
        for (int layer = 0; layer < skips.Count; layer++)
        {
            resnets.Add(new ResnetBlock2D((layer == 0 ? channels : outChannels) + skips[layer], outChannels, options));
            if (type == UNet2DBlockType.Attention)
                attentions.Add(new Attention2D(outChannels, options.NormGroups, options));
        }

        if (!last)
            upsamplers.Add(type == UNet2DBlockType.Resnet || type == UNet2DBlockType.Attention && options.ResnetUpsample
                ? new ResnetBlock2D(outChannels, outChannels, options, Resample.Up)
                : new Upsample2D(outChannels));
        RegisterComponents();
    }

    /// <summary>Runs the level.</summary>
    /// <param name="operations">How.</param>
    /// <param name="x">Consumed.</param>
    /// <param name="embedding">SiLU of the time embedding.</param>
    /// <param name="skips">One is taken for each residual block and consumed.</param>
    public FeatureMap Run(ImageOperations operations, FeatureMap x, Tensor embedding, Stack<FeatureMap> skips)
    {
        for (int layer = 0; layer < resnets.Count; layer++)
        {
            (FeatureMap images, FeatureMap? behind) = operations.Join(x, skips.Pop());
            using (images)
            using (behind)
                x = resnets[layer].Run(operations, images, behind, embedding);
            if (attentions.Count > 0)
                x = Consume(attentions[layer], x);
        }

        foreach (Module layer in upsamplers)
            x = Consume((IUNetLayer)layer, x);
        return x;

        FeatureMap Consume(IUNetLayer layer, FeatureMap taken)
        {
            using (taken)
                return layer.Run(operations, taken, null, embedding);
        }
    }
}
