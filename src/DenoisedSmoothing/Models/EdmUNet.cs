using DenoisedSmoothing.Models.Edm;
using DenoisedSmoothing.Models.UNet;
using DenoisedSmoothing.Models.UNet2D;
using DenoisedSmoothing.Parts;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace DenoisedSmoothing.Models;

/// <summary>
/// The bare U-Nets of Karras et al. 2022 (NVlabs/edm, SongUNet and DhariwalUNet): same state_dict names, same numbers. Takes x [N,C,H,W] as
/// its preconditioning scales it and a noise label for each row [N], and returns [N,C,H,W].
/// </summary>
/// <remarks>
/// It is used in <see cref="Denoising.EdmPreconditionedNetwork"/>. Rows are independent. H and W must be divisible by 2 to the power of the
/// number of levels minus one. A class-conditional network (<see cref="EdmUNetOptions.Labels"/>) is fed a label of zeros, as in NVIDIA's
/// code where none is given: it was not trained this way and denoises worse than an unconditional one.
/// </remarks>
public sealed class EdmUNet : Module<Tensor, Tensor, Tensor>, IImageNetwork
{
    private const int KernelChannels = 32;

    // Fields carry the reference's names: TorchSharp makes the state_dict's names from them.
    private readonly EdmNoiseEmbedding map_noise;
    private readonly Linear? map_label, map_augment;
    private readonly Linear map_layer0, map_layer1;
    private readonly EdmLayers enc = new(), dec = new();
    private readonly GroupNorm? out_norm;
    private readonly Conv2d? out_conv;
    private readonly Linear[] _timeLayers;

    /// <summary>Builds the network with random weights.</summary>
    /// <param name="options">Its shape.</param>
    /// <exception cref="ArgumentException">A setting is out of range.</exception>
    public EdmUNet(EdmUNetOptions options) : base(Checked(options).Describe())
    {
        using BuildScope building = new(this);
        Options = options;
        Input = new InputShape(options.Channels, multiple: 1 << (options.Widths.Count - 1));
        bool song = options.IsSong;
        int embedding = options.EmbeddingChannels, noise = options.NoiseChannels;
        map_noise = new EdmNoiseEmbedding(options);
        map_label = options.Labels == 0 ? null : Linear(options.Labels, song ? noise : embedding, hasBias: song);
        map_augment = options.Augments == 0 ? null : Linear(options.Augments, noise, hasBias: false);
        (map_layer0, map_layer1) = (Linear(noise, embedding), Linear(embedding, embedding));
        int channels = Decode(Encode());
        if (!song)
        {
            out_norm = UNet2DLayers.Norm(EdmUNetOptions.Groups(channels), channels, 1e-5);
            out_conv = ChannelsLast.Conv2d(channels, options.Channels, 3, padding: 1);
        }

        RegisterComponents();
        _timeLayers = [.. modules().OfType<EdmBlock>().Select(static block => block.TimeLayer)];
    }

    /// <summary>What images it takes.</summary>
    public InputShape Input { get; }

    /// <summary>The network's shape.</summary>
    public EdmUNetOptions Options { get; }

    /// <inheritdoc/>
    public override Tensor forward(Tensor x, Tensor noise)
    {
        NetworkInput.Require(x, nameof(EdmUNet), Input);
        ArgumentNullException.ThrowIfNull(noise);
        if (noise.dim() != 1 || noise.shape[0] != x.shape[0])
            throw new ArgumentException($"One noise label per row is needed: [{x.shape[0]}]; got [{string.Join(',', noise.shape)}].");
        long first = 0;
        return RowSlices.Run(x, 3L * Options.Widths[0] * x.shape[2] * x.shape[3], rows =>
        {
            using DisposeScope scope = NewDisposeScope();
            long count = rows.shape[0], start = first;
            first += count;
            return Run(rows, noise.narrow(0, start, count)).MoveToOuterDisposeScope();
        });
    }

    private Stack<int> Encode()
    {
        int channels = Options.ModelChannels, auxiliary = Options.Channels;
        Stack<int> skips = new();
        for (int level = 0; level < Options.Widths.Count; level++)
        {
            int resolution = Options.Resolution >> level, width = Options.Widths[level];
            if (level == 0)
            {
                channels = Options.IsSong ? Options.ModelChannels : width;
                enc.Add(resolution, "conv", EdmLayerKind.First, ChannelsLast.Conv2d(Options.Channels, channels, 3, padding: 1));
            }
            else
            {
                enc.Add(resolution, "down", EdmLayerKind.Block, new EdmBlock(channels, channels, Options, Resample.Down));
                if (Options.ResidualEncoder)
                {
                    Conv2d layer = ChannelsLast.Conv2d(auxiliary, channels, 3);
                    EdmFilter.Register(layer, Options.FilterTaps);
                    enc.Add(resolution, "aux_residual", EdmLayerKind.Auxiliary, layer);
                    auxiliary = channels;
                }
            }

            skips.Push(channels);
            for (int block = 0; block < Options.Blocks; block++)
            {
                enc.Add(resolution, $"block{block}", EdmLayerKind.Block,
                    new EdmBlock(channels, width, Options, attention: Options.AttentionResolutions.Contains(resolution)));
                skips.Push(channels = width);
            }
        }

        return skips;
    }

    private int Decode(Stack<int> skips)
    {
        int channels = skips.Peek();
        for (int level = Options.Widths.Count - 1; level >= 0; level--)
        {
            int resolution = Options.Resolution >> level, width = Options.Widths[level];
            if (level == Options.Widths.Count - 1)
            {
                dec.Add(resolution, "in0", EdmLayerKind.Block, new EdmBlock(channels, channels, Options, attention: true));
                dec.Add(resolution, "in1", EdmLayerKind.Block, new EdmBlock(channels, channels, Options));
            }
            else
            {
                dec.Add(resolution, "up", EdmLayerKind.Block, new EdmBlock(channels, channels, Options, Resample.Up));
            }

            for (int block = 0; block <= Options.Blocks; block++)
            {
                bool attention = Options.AttentionResolutions.Contains(resolution) && (!Options.IsSong || block == Options.Blocks);
                dec.Add(resolution, $"block{block}", EdmLayerKind.Joining,
                    new EdmBlock(channels + skips.Pop(), width, Options, attention: attention));
                channels = width;
            }
        }

        if (Options.IsSong)
        {
            dec.Add(Options.Resolution, "aux_norm", EdmLayerKind.Norm, UNet2DLayers.Norm(EdmUNetOptions.Groups(channels), channels, 1e-6));
            dec.Add(Options.Resolution, "aux_conv", EdmLayerKind.Last, ChannelsLast.Conv2d(channels, Options.Channels, 3, padding: 1));
        }

        return channels;
    }

    private Tensor Run(Tensor x, Tensor noise)
    {
        using DisposeScope scope = NewDisposeScope();
        ImageOperations operations = Options.Widths.Append(Options.ModelChannels).All(width => width % KernelChannels == 0)
            ? ImageOperations.For(x)
            : PlainImageOperations.Instance;
        Tensor embedding = Embedding(noise, x.dtype);
        operations.Prepare(_timeLayers, embedding);
        Stack<FeatureMap> skips = new();
        Tensor auxiliary = x;
        foreach ((EdmLayerKind kind, Module layer) in enc.Layers)
        {
            switch (kind)
            {
                case EdmLayerKind.First:
                    skips.Push(operations.Settle(operations.Convolve((Conv2d)layer, x.alias())));
                    break;
                case EdmLayerKind.Auxiliary:
                    FeatureMap joined = Joined(operations, (Conv2d)layer, auxiliary, skips.Pop());
                    skips.Push(joined);
                    auxiliary = joined.Values;
                    break;
                default:
                    skips.Push(((EdmBlock)layer).Run(operations, skips.Peek(), null, embedding));
                    break;
            }
        }

        FeatureMap h = skips.Peek();
        bool owned = false; // what the way down left is used once more
        GroupNorm? norm = out_norm;
        Conv2d? last = out_conv;
        foreach ((EdmLayerKind kind, Module layer) in dec.Layers)
        {
            switch (kind)
            {
                case EdmLayerKind.Norm:
                    norm = (GroupNorm)layer;
                    break;
                case EdmLayerKind.Last:
                    last = (Conv2d)layer;
                    break;
                case EdmLayerKind.Joining:
                    (FeatureMap images, FeatureMap? behind) = operations.Join(h, skips.Pop());
                    using (images)
                    using (behind)
                        h = ((EdmBlock)layer).Run(operations, images, behind, embedding);
                    break;
                default:
                    FeatureMap before = h;
                    h = ((EdmBlock)layer).Run(operations, before, null, embedding);
                    if (owned)
                        before.Dispose();
                    owned = true;
                    break;
            }
        }

        Tensor normed;
        using (h)
            normed = operations.Norm(norm!, h, null, null, silu: true);
        return ChannelsLast.Call(last!, normed, Options.Channels).contiguous().MoveToOuterDisposeScope();
    }

    private Tensor Embedding(Tensor noise, ScalarType type)
    {
        Tensor told = map_noise.call(noise).to_type(type);
        if (Options.IsSong && map_label is { bias: { } ofZeros })
            told = told.Plus(ofZeros); // what a label of zeros adds
        // DhariwalUNet's label layer has no bias: a label of zeros adds nothing.
        using Tensor hidden = Activations.Silu(map_layer0.call(told));
        return Activations.Silu(map_layer1.call(hidden));
    }

    /// <summary>The block's result plus the image of the level above, filtered to its size, divided by the square root of 2.</summary>
    private static FeatureMap Joined(ImageOperations operations, Conv2d layer, Tensor auxiliary, FeatureMap made)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor filter = layer.get_buffer(EdmFilter.Name)!;
        long padding = 1 + EdmFilter.Padding(filter);
        // The bias is added at the end: otherwise the filter would spill it over the border.
        using Tensor wide = nn.functional.conv2d(auxiliary, layer.weight!, null, strides: [1, 1], padding: [padding, padding]);
        Tensor small = EdmFilter.Down(filter, wide, 0).PlusInPlace(layer.bias!.reshape(1, -1, 1, 1));
        using (made)
            return UNet2DLayers.Add(operations, new FeatureMap(small), made.Values, Math.Sqrt(2)).MoveToOuterDisposeScope();
    }

    private static EdmUNetOptions Checked(EdmUNetOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        return options;
    }
}
