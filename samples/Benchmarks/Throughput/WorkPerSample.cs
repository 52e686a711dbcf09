using DenoisedSmoothing.Models;
using TorchSharp;

namespace DenoisedSmoothing.Benchmarks;

/// <summary>
/// Floating-point operations of one forward pass of one row, two for every multiply-add of a convolution, a matrix product or an attention;
/// counted from the shapes.
/// </summary>
internal static class WorkPerSample
{
    /// <summary>A U-Net at a resolution; the embedding, which all rows share, is left out.</summary>
    public static double Of(DiffusionUNetOptions options, int height, int width)
    {
        double work = 0;
        int Channels(int level) => (int)(options.ChannelMultipliers[level] * options.ModelChannels);
        int channels = Channels(0), factor = 1, levels = options.ChannelMultipliers.Count;
        Stack<int> skips = new([channels]);
        Conv(options.InChannels, channels, 3);
        for (int level = 0; level < levels; level++)
        {
            for (int block = 0; block < options.ResidualBlocks; block++)
            {
                Block(Channels(level));
                skips.Push(channels);
            }

            if (level < levels - 1)
            {
                factor *= 2;
                if (options.ResBlockUpDown)
                    Residual(channels);
                else if (options.ConvResample)
                    Conv(channels, channels, 3);
                skips.Push(channels);
            }
        }

        Residual(channels);
        Attention();
        Residual(channels);
        for (int level = levels - 1; level >= 0; level--)
        {
            for (int block = 0; block <= options.ResidualBlocks; block++)
            {
                channels += skips.Pop();
                Block(Channels(level));
                if (level == 0 || block < options.ResidualBlocks)
                    continue;
                factor /= 2;
                if (options.ResBlockUpDown)
                    Residual(channels);
                else if (options.ConvResample)
                    Conv(channels, channels, 3);
            }
        }

        Conv(channels, options.OutChannels, 3);
        return work;

        double Pixels() => (double)height * width / factor / factor;
        void Conv(int from, int to, int kernel) => work += 2 * Pixels() * from * to * kernel * kernel;
        void Block(int wanted)
        {
            Residual(wanted);
            if (options.AttentionFactors.Contains(factor))
                Attention();
        }

        void Residual(int wanted)
        {
            Conv(channels, wanted, 3);
            Conv(wanted, wanted, 3);
            if (channels != wanted)
                Conv(channels, wanted, 1);
            channels = wanted;
        }

        void Attention()
        {
            Conv(channels, 4 * channels, 1);
            work += 4 * Pixels() * Pixels() * channels;
        }
    }

    public static double Of(VisionTransformerOptions options) => Transformer(
        options.ImageSize / options.PatchSize, options.PatchSize, options.Channels, options.HiddenSize, options.IntermediateSize,
            options.HiddenLayers);

    public static double Of(BeitOptions options) => Transformer(
        options.ImageSize / options.PatchSize, options.PatchSize, options.InChannels, options.EmbedDim,
            (int)(options.EmbedDim * options.MlpRatio), options.Depth);

    /// <summary>A convolutional network of layers whose outputs are seen while one row passes.</summary>
    public static double Of(torch.nn.Module<torch.Tensor, torch.Tensor> network, torch.Tensor row)
    {
        double work = 0;
        foreach (torch.nn.Module layer in network.modules())
        {
            if (layer is TorchSharp.Modules.Conv2d conv)
                conv.register_forward_hook((_, _, output) => Add(output, conv.weight!));
            else if (layer is TorchSharp.Modules.Linear linear)
                linear.register_forward_hook((_, _, output) => Add(output, linear.weight!));
        }

        using (torch.inference_mode())
            network.call(row).Dispose();
        return work;

        torch.Tensor Add(torch.Tensor output, torch.Tensor weight)
        {
            work += 2.0 * output.numel() * weight.numel() / weight.shape[0];
            return output;
        }
    }

    private static double Transformer(int side, int patch, int channels, int width, int inner, int layers)
    {
        double patches = (double)side * side, tokens = patches + 1;
        double layer = (2 * tokens * width * ((4.0 * width) + (2.0 * inner))) + (4 * tokens * tokens * width);
        return (layers * layer) + (2 * patches * width * channels * patch * patch);
    }
}
