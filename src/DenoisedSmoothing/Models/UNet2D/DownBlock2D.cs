using DenoisedSmoothing.Models.UNet;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace DenoisedSmoothing.Models.UNet2D;

/// <summary>A level on the way down (DownBlock2D, AttnDownBlock2D, ResnetDownsampleBlock2D).</summary>
internal sealed class DownBlock2D : Module
{
    private readonly ModuleList<ResnetBlock2D> resnets = new();
    private readonly ModuleList<Attention2D> attentions = new();
    private readonly ModuleList<Module> downsamplers = new();

    public DownBlock2D(UNet2DBlockType type, int channels, int outChannels, bool last, UNet2DModelOptions options)
        : base(nameof(DownBlock2D))
    {
        for (int layer = 0; layer < options.LayersPerBlock; layer++)
        {
            resnets.Add(new ResnetBlock2D(layer == 0 ? channels : outChannels, outChannels, options));
            if (type == UNet2DBlockType.Attention)
                attentions.Add(new Attention2D(outChannels, options.NormGroups, options));
        }

        if (!last)
            downsamplers.Add(type == UNet2DBlockType.Resnet || type == UNet2DBlockType.Attention && options.ResnetDownsample
                ? new ResnetBlock2D(outChannels, outChannels, options, Resample.Down)
                : new Downsample2D(outChannels, options.DownsamplePadding));
        RegisterComponents();
    }

    /// <summary>Runs the level.</summary>
    /// <param name="operations">How.</param>
    /// <param name="x">Not disposed.</param>
    /// <param name="embedding">SiLU of the time embedding.</param>
    /// <param name="skips">Receives every layer's images; the last are the level's result.</param>
    public void Run(ImageOperations operations, FeatureMap x, Tensor embedding, Stack<FeatureMap> skips)
    {
        for (int layer = 0; layer < resnets.Count; layer++)
        {
            FeatureMap h = resnets[layer].Run(operations, x, null, embedding);
            if (attentions.Count > 0)
            {
                using FeatureMap taken = h;
                h = attentions[layer].Run(operations, taken, null, embedding);
            }

            skips.Push(x = h);
        }

        foreach (Module layer in downsamplers)
            skips.Push(x = ((IUNetLayer)layer).Run(operations, x, null, embedding));
    }
}
