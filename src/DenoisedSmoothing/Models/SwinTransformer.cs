using DenoisedSmoothing.Parts;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace DenoisedSmoothing.Models;

/// <summary>
/// The Swin transformer (Liu et al. 2021) under timm's state_dict names (timm/models/swin_transformer.py): attention inside windows, which
/// every second block shifts. Takes normalised images [N,C,S,S] and returns logits [N,K].
/// </summary>
/// <remarks>
/// Rows are independent. Where windows do not fill a stage, it is padded before it is shifted, as in Hugging Face's; timm shifts first, but
/// none of its published models pads.
/// </remarks>
public sealed class SwinTransformer : Module<Tensor, Tensor>, IImageNetwork
{
    // For the norms of the patches and between stages, whatever the others have.
    private const double Epsilon = 1e-5;

    // Fields, here and in the modules below, carry the reference's names: TorchSharp makes the state_dict's names from them.
    private readonly Patches patch_embed;
    private readonly ModuleList<Stage> layers = new();
    private readonly LayerNorm norm;
    private readonly Sequential head;

    /// <summary>Builds the network with random weights.</summary>
    /// <param name="options">Its shape.</param>
    /// <exception cref="ArgumentException">A size is not a multiple of what divides it, or a count is below its minimum.</exception>
    public SwinTransformer(SwinOptions options) : base(Checked(options).Describe())
    {
        using BuildScope building = new(this);
        Options = options;
        Input = new InputShape(options.InChannels, options.ImageSize, options.ImageSize);
        patch_embed = new Patches(options);
        for (int i = 0; i < options.Depths.Count; i++)
            layers.Add(new Stage(options, i));
        int width = options.EmbedDim << (options.Depths.Count - 1);
        norm = LayerNorm(width, options.LayerNormEpsilon);
        head = Sequential(("fc", Linear(width, options.ClassCount)));
        RegisterComponents();
    }

    /// <summary>What images it takes.</summary>
    public InputShape Input { get; }

    /// <summary>The network's shape.</summary>
    public SwinOptions Options { get; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The input is not [N,C,S,S] with this network's C and image size S.</exception>
    public override Tensor forward(Tensor x)
    {
        NetworkInput.Require(x, nameof(SwinTransformer), Input);
        long side = Options.Side(0);
        return RowSlices.Run(x, side * side * (long)(Options.EmbedDim * Options.MlpRatio), Run);
    }

    private Tensor Run(Tensor x)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor rows = patch_embed.call(x);
        foreach (Stage stage in layers)
            rows = stage.Run(rows, x.size(0));
        return head.call(norm.call(rows).reshape(x.size(0), -1, rows.size(1)).mean([1])).MoveToOuterDisposeScope();
    }

    private static SwinOptions Checked(SwinOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        return options;
    }

    /// <summary>From images to the rows [N T,C] of the first stage.</summary>
    private sealed class Patches : Module<Tensor, Tensor>
    {
        private readonly Conv2d proj;
        private readonly LayerNorm norm;

        public Patches(SwinOptions options) : base(nameof(Patches))
        {
            proj = Conv2d(options.InChannels, options.EmbedDim, options.PatchSize, stride: options.PatchSize);
            norm = LayerNorm(options.EmbedDim, Epsilon);
            RegisterComponents();
        }

        public override Tensor forward(Tensor x)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor patches = PatchEmbedding.Call(proj, x);
            return norm.call(patches.reshape(-1, patches.size(2))).MoveToOuterDisposeScope();
        }
    }

    private sealed class Stage : Module
    {
        private readonly Merging? downsample;
        private readonly ModuleList<SwinBlock> blocks = new();
        private readonly SwinWindows _windows;

        public Stage(SwinOptions options, int index) : base(nameof(Stage))
        {
            int width = options.EmbedDim << index, side = options.Side(index);
            (int window, int shift) = options.Window(index);
            _windows = new SwinWindows(side, window, shift);
            if (index > 0)
                downsample = new Merging(width / 2, options.Side(index - 1));
            for (int i = 0; i < options.Depths[index]; i++)
                blocks.Add(new SwinBlock(options, width, options.Heads[index], window));
            RegisterComponents();
        }

        /// <param name="rows">[N T,C] of the previous stage.</param>
        /// <param name="n">N.</param>
        /// <returns>[N T',C'] of this one.</returns>
        public Tensor Run(Tensor rows, long n)
        {
            using DisposeScope scope = NewDisposeScope();
            // Compared with one block, making it costs nothing; as a buffer it would become part of the state_dict.
            Tensor offsets = _windows.Offsets(rows.device);
            Tensor? apart = _windows.Shift > 0 && blocks.Count > 1 ? _windows.Apart(rows.dtype, rows.device) : null;
            using ResidualStream stream = new(downsample is null ? rows.contiguous().alias() : downsample.Run(rows, n));
            for (int i = 0; i < blocks.Count; i++)
                blocks[i].Run(stream, n, _windows, offsets, i % 2 == 1 ? apart : null);
            return stream.Select(all => all.alias()).MoveToOuterDisposeScope();
        }
    }

    /// <summary>Joins each 2x2 tokens into one, twice as wide.</summary>
    private sealed class Merging : Module
    {
        private readonly LayerNorm norm;
        private readonly Linear reduction;
        private readonly int _side;

        public Merging(int width, int side) : base(nameof(Merging))
        {
            _side = side;
            norm = LayerNorm(4 * width, Epsilon);
            reduction = Linear(4 * width, 2 * width, hasBias: false);
            RegisterComponents();
        }

        public Tensor Run(Tensor rows, long n)
        {
            using DisposeScope scope = NewDisposeScope();
            long width = rows.size(1), half = (_side + 1) / 2;
            Tensor image = rows.reshape(n, _side, _side, width);
            if (_side % 2 == 1)
                image = nn.functional.pad(image, [0, 0, 0, 1, 0, 1]);
            // Down before across: the order of the four in the weights.
            Tensor joined = image.reshape(n, half, 2, half, 2, width).permute(0, 1, 3, 4, 2, 5).reshape(-1, 4 * width);
            return reduction.Run(norm.call(joined)).MoveToOuterDisposeScope();
        }
    }
}
