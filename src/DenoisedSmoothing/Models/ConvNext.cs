using DenoisedSmoothing.Parts;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace DenoisedSmoothing.Models;

/// <summary>
/// The convolutional network ConvNeXt (Liu et al. 2022) and its second version (Woo et al. 2023) under timm's state_dict names
/// (timm/models/convnext.py): depthwise 7x7 convolutions, and everything else per token. Takes normalised images [N,C,H,W] and returns
/// logits [N,K].
/// </summary>
/// <remarks>Rows are independent.</remarks>
public sealed class ConvNext : Module<Tensor, Tensor>, IImageNetwork
{
    private const double Epsilon = 1e-6;

    // Fields, here and in the modules below, carry the reference's names: TorchSharp makes the state_dict's names from them.
    private readonly Sequential stem;
    private readonly ModuleList<Stage> stages = new();
    private readonly Head head;

    /// <summary>Builds the network with random weights.</summary>
    /// <param name="options">Its shape.</param>
    /// <exception cref="ArgumentException">Depths and widths do not match, or a count is below its minimum.</exception>
    public ConvNext(ConvNextOptions options) : base(Checked(options).Describe())
    {
        using BuildScope building = new(this);
        Options = options;
        Input = new InputShape(options.InChannels);
        stem = Sequential(
            Conv2d(options.InChannels, options.Widths[0], options.PatchSize, stride: options.PatchSize),
            LayerNorm(options.Widths[0], Epsilon));
        for (int i = 0; i < options.Depths.Count; i++)
            stages.Add(new Stage(options, i));
        head = new Head(options);
        RegisterComponents();
    }

    /// <summary>What images it takes.</summary>
    public InputShape Input { get; }

    /// <summary>The network's shape.</summary>
    public ConvNextOptions Options { get; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The input is not [N,C,H,W] with this network's C, or is too small for the stages.</exception>
    public override Tensor forward(Tensor x)
    {
        NetworkInput.Require(x, nameof(ConvNext), Input);
        long least = Options.PatchSize * (1L << (Options.Depths.Count - 1)), height = x.shape[2], width = x.shape[3];
        if (height < least || width < least)
            throw new ArgumentException($"This ConvNext takes images of at least {least}x{least}; yours are {height}x{width}.", nameof(x));
        long tokens = height / Options.PatchSize * (width / Options.PatchSize);
        return RowSlices.Run(x, tokens * 4 * Options.Widths[0], Run);
    }

    private Tensor Run(Tensor x)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor h = Norm((LayerNorm)stem[1], ((Conv2d)stem[0]).call(x));
        foreach (Stage stage in stages)
            h = stage.Consume(h);
        return head.call(h.mean([2, 3])).MoveToOuterDisposeScope();
    }

    private static ConvNextOptions Checked(ConvNextOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        return options;
    }

    // Over the channels of each pixel; the result is channels-last in memory. Consumes its input.
    private static Tensor Norm(LayerNorm layer, Tensor x)
    {
        using (x)
        using (Tensor tokens = x.permute(0, 2, 3, 1))
        using (Tensor normed = layer.call(tokens))
            return normed.permute(0, 3, 1, 2);
    }

    private sealed class Stage : Module<Tensor, Tensor>
    {
        private readonly Sequential? downsample;
        private readonly Sequential blocks;

        public Stage(ConvNextOptions options, int index) : base(nameof(Stage))
        {
            int width = options.Widths[index];
            if (index > 0)
            {
                int from = options.Widths[index - 1];
                downsample = Sequential(LayerNorm(from, Epsilon), Conv2d(from, width, 2, stride: 2));
            }

            blocks = Sequential(Enumerable.Range(0, options.Depths[index]).Select(_ => new Block(options, width)));
            RegisterComponents();
        }

        public override Tensor forward(Tensor x)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor h = downsample is null ? x : ((Conv2d)downsample[1]).Consume(Norm((LayerNorm)downsample[0], x.alias()));
            return blocks.call(h).MoveToOuterDisposeScope();
        }
    }

    private sealed class Block : Module<Tensor, Tensor>
    {
        private readonly Parameter? gamma;
        private readonly Conv2d conv_dw;
        private readonly LayerNorm norm;
        private readonly Mlp mlp;

        public Block(ConvNextOptions options, int width) : base(nameof(Block))
        {
            if (options.LayerScale)
                gamma = TransformerWeights.Own(full(width, Kept(1e-6)));
            conv_dw = Conv2d(width, width, 7, padding: 3, groups: width);
            norm = LayerNorm(width, Epsilon);
            mlp = new Mlp(width, options.ResponseNormalization);
            RegisterComponents();
        }

        public override Tensor forward(Tensor x)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor branch;
            using (Tensor convolved = conv_dw.call(x))
                branch = norm.call(convolved.permute(0, 2, 3, 1));
            branch = mlp.Consume(branch).permute(0, 3, 1, 2);
            return (gamma is null ? x.Plus(branch) : addcmul(x, gamma.reshape(-1, 1, 1), branch, Kept(1))).MoveToOuterDisposeScope();
        }
    }

    private sealed class Mlp : Module<Tensor, Tensor>
    {
        private readonly Linear fc1, fc2;
        private readonly ResponseNorm? grn;

        public Mlp(int width, bool responseNormalization) : base(nameof(Mlp))
        {
            fc1 = Linear(width, 4 * width);
            if (responseNormalization)
                grn = new ResponseNorm(4 * width);
            fc2 = Linear(4 * width, width);
            RegisterComponents();
        }

        // [N,H,W,C]; the products take rows, for which the bias is part of the product.
        public override Tensor forward(Tensor x)
        {
            using DisposeScope scope = NewDisposeScope();
            long[] pixels = x.shape[..^1];
            Tensor h = Activations.Gelu(fc1.Run(x.reshape(-1, x.size(-1))));
            if (grn is not null)
            {
                long rows = h.size(0);
                using (Tensor plain = h)
                using (Tensor normed = grn.Consume(plain.reshape([.. pixels, -1])))
                    h = normed.reshape(rows, -1);
            }

            return fc2.ConsumeRows(h).reshape([.. pixels, -1]).MoveToOuterDisposeScope();
        }
    }

    /// <summary>Woo et al. 2023, section 3.2: scales channels by their share of the energy over the image.</summary>
    private sealed class ResponseNorm : Module<Tensor, Tensor>
    {
        private readonly Parameter weight, bias;

        public ResponseNorm(int width) : base(nameof(ResponseNorm))
        {
            weight = TransformerWeights.Own(zeros(width));
            bias = TransformerWeights.Own(zeros(width));
            RegisterComponents();
        }

        /// <param name="x">[N,H,W,C].</param>
        public override Tensor forward(Tensor x)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor energy = x.Squared().sum([1, 2], keepdim: true).sqrt();
            Tensor share = energy.div(energy.mean([-1], keepdim: true).Plus(Epsilon));
            return addcmul(x.Plus(bias), weight, x.mul(share), Kept(1)).MoveToOuterDisposeScope();
        }
    }

    private sealed class Head : Module<Tensor, Tensor>
    {
        private readonly Module<Tensor, Tensor> norm, fc;

        public Head(ConvNextOptions options) : base(nameof(Head))
        {
            norm = LayerNorm(options.Widths[^1], options.HeadEpsilon);
            fc = Linear(options.Widths[^1], options.ClassCount);
            RegisterComponents();
        }

        public override Tensor forward(Tensor x) => fc.Consume(norm.call(x));
    }
}
