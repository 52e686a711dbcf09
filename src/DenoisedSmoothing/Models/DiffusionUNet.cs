using System.Globalization;
using DenoisedSmoothing.Parts;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace DenoisedSmoothing.Models;

/// <summary>
/// The U-Net of openai/improved-diffusion and openai/guided-diffusion (unet.py, UNetModel): same state_dict names, same numbers.
/// Takes x [N,C,H,W] in the model's own scaling and a timestep for each row [N] (the value fed to the sinusoidal embedding), and returns
/// [N,OutChannels,H,W]: the predicted noise, then, where learned, the variance's interpolation.
/// </summary>
/// <remarks>
/// H and W must be divisible by 2 to the power of the number of levels less one. Rows are independent. A class-conditional network
/// (<see cref="DiffusionUNetOptions.ClassCount"/>) takes labels too: <see cref="forward(Tensor, Tensor, Tensor)"/>.
/// </remarks>
public sealed class DiffusionUNet : Module<Tensor, Tensor, Tensor>, IOneTimestepNetwork, IImageNetwork
{
    // Fields carry the reference's names: TorchSharp makes the state_dict's names from them.
    private readonly Sequential time_embed;
    private readonly Module<Tensor, Tensor>? label_emb;
    private readonly ModuleList<Stage> input_blocks = new();
    private readonly Stage middle_block;
    private readonly ModuleList<Stage> output_blocks = new();
    private readonly Sequential @out;

    /// <summary>Builds the network with random weights.</summary>
    /// <param name="options">Its shape.</param>
    /// <exception cref="ArgumentException">A width is not a multiple of 32, or cannot be shared by the heads; or a count is below its
    /// least.</exception>
    public DiffusionUNet(DiffusionUNetOptions options) : base(Checked(options).Describe())
    {
        using BuildScope building = new(this);
        Options = options;
        Input = new InputShape(options.InChannels, multiple: 1 << (options.ChannelMultipliers.Count - 1));
        int width = options.ModelChannels, embedding = 4 * width;
        time_embed = Sequential(Linear(width, embedding), SiLU(), Linear(embedding, embedding));
        if (options.ClassCount is { } classes)
            label_emb = Embedding(classes, embedding);

        int channels = options.ChannelsAt(0), factor = 1, levels = options.ChannelMultipliers.Count;
        Stack<int> skips = new([channels]);
        input_blocks.Add(new Stage(ChannelsLast.Conv2d(options.InChannels, channels, 3, padding: 1)));
        for (int level = 0; level < levels; level++)
        {
            for (int block = 0; block < options.ResidualBlocks; block++)
            {
                int wanted = options.ChannelsAt(level);
                input_blocks.Add(new Stage([new ResBlock(channels, wanted, embedding, options), .. Attend(wanted, upsampling: false)]));
                channels = wanted;
                skips.Push(channels);
            }

            if (level < levels - 1)
            {
                input_blocks.Add(new Stage(options.ResBlockUpDown
                    ? new ResBlock(channels, channels, embedding, options, Resample.Down)
                    : new Downsample(channels, options.ConvResample)));
                factor *= 2;
                skips.Push(channels);
            }
        }

        middle_block = new Stage(
            new ResBlock(channels, channels, embedding, options),
            new AttentionBlock(channels, options, upsampling: false),
            new ResBlock(channels, channels, embedding, options));

        for (int level = levels - 1; level >= 0; level--)
        {
            for (int block = 0; block <= options.ResidualBlocks; block++)
            {
                int wanted = options.ChannelsAt(level);
                List<Module> layers = [new ResBlock(channels + skips.Pop(), wanted, embedding, options),
                    .. Attend(wanted, upsampling: true)];
                channels = wanted;
                if (level > 0 && block == options.ResidualBlocks)
                {
                    layers.Add(options.ResBlockUpDown
                        ? new ResBlock(channels, channels, embedding, options, Resample.Up)
                        : new Upsample(channels, options.ConvResample));
                    factor /= 2;
                }

                output_blocks.Add(new Stage([.. layers]));
            }
        }

        @out = Sequential(Norm(channels), SiLU(), Zero(ChannelsLast.Conv2d(channels, options.OutChannels, 3, padding: 1)));

        RegisterComponents();

        IEnumerable<Module> Attend(int wanted, bool upsampling) =>
            options.AttentionFactors.Contains(factor) ? [new AttentionBlock(wanted, options, upsampling)] : [];
    }

    /// <summary>What images it takes.</summary>
    public InputShape Input { get; }

    /// <summary>The network's shape.</summary>
    public DiffusionUNetOptions Options { get; }

    /// <inheritdoc/>
    public override Tensor forward(Tensor x, Tensor timesteps)
    {
        if (label_emb is not null)
            throw new InvalidOperationException("This DiffusionUNet is class-conditional: it needs labels too.");
        CheckInput(x, timesteps);
        return InSlices(x, timesteps, labels: null, Options.OutChannels);
    }

    /// <inheritdoc/>
    Tensor IOneTimestepNetwork.Predict(Tensor x, double timestep, bool variance)
    {
        using Tensor one = full(1, timestep, ScalarType.Float32, x.device), all = one.expand(x.shape[0]);
        // The labels of a class-conditional network are missing here as they are there.
        if (label_emb is not null)
            return forward(x, all);
        CheckInput(x, all);
        return InSlices(x, one, labels: null, variance ? Options.OutChannels : Math.Min(Options.OutChannels, Options.InChannels));
    }

    /// <summary>Predicts with the class of each row given, for a class-conditional network.</summary>
    /// <param name="x">[N,C,H,W] in the network's own scaling.</param>
    /// <param name="timesteps">[N], as without labels.</param>
    /// <param name="labels">int64 [N], each in [0, ClassCount).</param>
    /// <returns>[N,OutChannels,H,W].</returns>
    /// <exception cref="InvalidOperationException">The network is not class-conditional.</exception>
    /// <exception cref="ArgumentException">A shape does not fit.</exception>
    public Tensor forward(Tensor x, Tensor timesteps, Tensor labels)
    {
        ArgumentNullException.ThrowIfNull(labels);
        if (label_emb is null)
            throw new InvalidOperationException("This DiffusionUNet is not class-conditional: it takes no labels.");
        CheckInput(x, timesteps);
        if (labels.dim() != 1 || labels.shape[0] != x.shape[0])
            throw new ArgumentException($"One label a row is needed: [{x.shape[0]}]; got [{string.Join(',', labels.shape)}].",
                nameof(labels));
        return InSlices(x, timesteps, labels, Options.OutChannels);
    }

    private Tensor InSlices(Tensor x, Tensor timesteps, Tensor? labels, int channels)
    {
        long first = 0;
        // On the way up the widest input of a block is made of about three times the base width.
        return RowSlices.Run(x, 3L * Options.ModelChannels * x.shape[2] * x.shape[3], rows =>
        {
            using DisposeScope scope = NewDisposeScope();
            long count = rows.shape[0], start = first;
            first += count;
            Tensor result = Run(rows, timesteps.shape[0] == 1
                ? timesteps
                : timesteps.narrow(0, start, count), labels?.narrow(0, start, count), channels);
            return result.MoveToOuterDisposeScope();
        });
    }

    /// <summary>Timesteps [N], or [1] for all rows.</summary>
    private Tensor Run(Tensor x, Tensor timesteps, Tensor? labels, int channels)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor embedding = time_embed.call(TimestepEmbedding(timesteps, Options.ModelChannels).to_type(x.dtype));
        if (labels is not null)
            embedding = embedding + label_emb!.call(labels);
        Stack<Tensor> skips = new();
        Tensor h = x;
        foreach (Stage stage in input_blocks)
            skips.Push(h = stage.call(h, embedding));
        h = middle_block.call(h, embedding);
        foreach (Stage stage in output_blocks)
        {
            Tensor joined;
            using (Tensor skip = skips.Pop())
                joined = cat([h, skip], 1);
            h.Dispose();
            using (joined)
                h = stage.call(joined, embedding);
        }

        h = Activations.Silu(ChannelsLast.ConsumingNorm(@out[0], h));
        return ChannelsLast.Call((Conv2d)@out[2], h, channels).contiguous().MoveToOuterDisposeScope();
    }

    /// <summary>Sinusoidal embedding [N,width]: cosines, then sines, of t exp(-ln(10000) i / half) (improved-diffusion nn.py).</summary>
    internal static Tensor TimestepEmbedding(Tensor timesteps, int width)
    {
        int half = width / 2;
        // The product before the quotient, as the reference rounds it: t is up to 1000, and magnifies the last bit.
        Tensor frequencies = exp(arange(half, float32, timesteps.device) * -Math.Log(10000) / half);
        Tensor angles = timesteps.to_type(ScalarType.Float32).unsqueeze(1) * frequencies.unsqueeze(0);
        Tensor embedding = cat([cos(angles), sin(angles)], 1);
        return width % 2 == 0 ? embedding : nn.functional.pad(embedding, [0, 1]);
    }

    private static DiffusionUNetOptions Checked(DiffusionUNetOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        return options;
    }

    private void CheckInput(Tensor x, Tensor timesteps)
    {
        NetworkInput.Require(x, nameof(DiffusionUNet), Input);
        ArgumentNullException.ThrowIfNull(timesteps);
        if (timesteps.dim() != 1 || timesteps.shape[0] != x.shape[0])
            throw new ArgumentException($"One timestep a row is needed: [{x.shape[0]}]; got [{string.Join(',', timesteps.shape)}].");
    }

    // TorchSharp 0.107 leaves GroupNorm's weight and bias uninitialised.
    private static Module<Tensor, Tensor> Norm(int channels)
    {
        var norm = GroupNorm(32, channels);
        init.ones_(norm.weight);
        init.zeros_(norm.bias);
        return norm;
    }

    // The reference starts every residual branch and the output at zero, so that training begins at the identity.
    private static Module<Tensor, Tensor> Zero(Module<Tensor, Tensor> layer)
    {
        foreach (var parameter in layer.parameters())
            init.zeros_(parameter);
        return layer;
    }

    private enum Resample
    {
        None,
        Down,
        Up,
    }

    /// <summary>Layers in a row, of which only residual blocks see the time embedding (TimestepEmbedSequential).</summary>
    private sealed class Stage : Module<Tensor, Tensor, Tensor>
    {
        private readonly Module[] _layers;

        public Stage(params Module[] layers) : base(nameof(Stage))
        {
            _layers = layers;
            for (int i = 0; i < layers.Length; i++)
                register_module(i.ToString(CultureInfo.InvariantCulture), layers[i]);
        }

        public override Tensor forward(Tensor x, Tensor embedding)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor h = Apply(_layers[0], x, embedding);
            foreach (Module layer in _layers.AsSpan(1))
            {
                using Tensor taken = h;
                h = Apply(layer, taken, embedding);
            }

            return h.MoveToOuterDisposeScope();
        }

        private static Tensor Apply(Module layer, Tensor x, Tensor embedding) =>
            layer is ResBlock block ? block.call(x, embedding) : ((Module<Tensor, Tensor>)layer).call(x);
    }

    private sealed class ResBlock : Module<Tensor, Tensor, Tensor>
    {
        private readonly Sequential in_layers, emb_layers, out_layers;
        private readonly Module<Tensor, Tensor> skip_connection;
        private readonly bool _scaleShift;
        private readonly Resample _resample;

        public ResBlock(int channels, int outChannels, int embedding, DiffusionUNetOptions options, Resample resample = Resample.None)
            : base(nameof(ResBlock))
        {
            _scaleShift = options.ScaleShiftNorm;
            _resample = resample;
            in_layers = Sequential(Norm(channels), SiLU(), ChannelsLast.Conv2d(channels, outChannels, 3, padding: 1));
            emb_layers = Sequential(SiLU(), Linear(embedding, _scaleShift ? 2 * outChannels : outChannels));
            out_layers = Sequential(Norm(outChannels), SiLU(), nn.Dropout(options.Dropout),
                Zero(ChannelsLast.Conv2d(outChannels, outChannels, 3, padding: 1)));
            skip_connection = channels == outChannels ? Identity() : ChannelsLast.Conv2d(channels, outChannels, 1);
            RegisterComponents();
        }

        public override Tensor forward(Tensor x, Tensor embedding)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor h = Activations.Silu(ChannelsLast.Norm(in_layers[0], x));
            if (_resample != Resample.None)
            {
                using (Tensor small = h)
                    h = Resized(small);
                x = Resized(x);
            }

            Tensor time = emb_layers.call(embedding);
            h = embedding.shape[0] == 1 ? NormedAtOneTime(h, time[0]) : Normed(h, time.unsqueeze(-1).unsqueeze(-1));
            h = out_layers[3].Consume(out_layers[2].Consume(Activations.Silu(h)));
            return h.add_(skip_connection.call(x)).MoveToOuterDisposeScope();
        }

        /// <summary>First convolution, time, second norm; time [N,C or 2C,1,1] differs by row.</summary>
        private Tensor Normed(Tensor h, Tensor time)
        {
            h = in_layers[2].Consume(h);
            if (_scaleShift)
            {
                Tensor[] parts = time.chunk(2, 1);
                using Tensor normed = ChannelsLast.ConsumingNorm(out_layers[0], h);
                return addcmul(parts[1], normed, 1 + parts[0], 1);
            }

            using Tensor sum = h;
            return ChannelsLast.ConsumingNorm(out_layers[0], sum + time);
        }

        /// <summary>
        /// The same at one time [C or 2C] for all rows: it becomes part of the norm's weights, or of the convolution's bias.
        /// </summary>
        private Tensor NormedAtOneTime(Tensor h, Tensor time)
        {
            Conv2d conv = (Conv2d)in_layers[2];
            GroupNorm norm = (GroupNorm)out_layers[0];
            if (!_scaleShift)
                return ChannelsLast.ConsumingNorm(norm, ChannelsLast.Consume(conv, h, conv.bias! + time));
            Tensor[] parts = time.chunk(2);
            Tensor scale = 1 + parts[0];
            using Tensor convolved = conv.Consume(h);
            return ChannelsLast.Norm(norm, convolved, norm.weight! * scale, addcmul(parts[1], norm.bias!, scale, 1));
        }

        private Tensor Resized(Tensor x) => _resample == Resample.Up
            ? nn.functional.interpolate(x, scale_factor: [2, 2], mode: InterpolationMode.Nearest)
            : nn.functional.avg_pool2d(x, 2);
    }

    private sealed class AttentionBlock : Module<Tensor, Tensor>
    {
        private readonly Module<Tensor, Tensor> norm;
        private readonly Conv1d qkv, proj_out;
        private readonly int _heads;
        private readonly bool _newOrder;

        public AttentionBlock(int channels, DiffusionUNetOptions options, bool upsampling) : base(nameof(AttentionBlock))
        {
            _heads = options.HeadsFor(channels, upsampling);
            _newOrder = options.NewAttentionOrder;
            norm = Norm(channels);
            qkv = Conv1d(channels, 3 * channels, 1);
            proj_out = Conv1d(channels, channels, 1);
            Zero(proj_out);
            RegisterComponents();
        }

        public override Tensor forward(Tensor x)
        {
            using DisposeScope scope = NewDisposeScope();
            // Tokens [N,T,C] are a view of channels-last images; a kernel of one pixel is a matrix, and heads of adjacent channels
            // are what the fused attention is fast on.
            Tensor tokens = Tokens(x);
            using Tensor joined = Pointwise(qkv, Tokens(ChannelsLast.Norm(norm, x)));
            // Legacy order keeps each head's q, k, v together; the new order splits q, k, v first.
            Tensor[] parts = (_newOrder
                ? joined.reshape(x.shape[0], -1, 3, _heads, x.shape[1] / _heads).transpose(2, 3)
                : joined.reshape(x.shape[0], -1, _heads, 3, x.shape[1] / _heads)).transpose(1, 2).unbind(3);
            using Tensor attended = nn.functional.scaled_dot_product_attention(parts[0], parts[1], parts[2]);
            Tensor h = Pointwise(proj_out, attended.transpose(1, 2).reshape(tokens.shape)).add_(tokens);
            return h.reshape(x.shape[0], x.shape[2], x.shape[3], -1).permute(0, 3, 1, 2).MoveToOuterDisposeScope();
        }

        private static Tensor Tokens(Tensor x) => x.permute(0, 2, 3, 1).reshape(x.shape[0], -1, x.shape[1]);

        private static Tensor Pointwise(Conv1d layer, Tensor tokens) => nn.functional.linear(tokens, layer.weight!.squeeze(2), layer.bias);
    }

    private sealed class Downsample : Module<Tensor, Tensor>
    {
        private readonly Module<Tensor, Tensor> op;

        public Downsample(int channels, bool learned) : base(nameof(Downsample))
        {
            op = learned ? ChannelsLast.Conv2d(channels, channels, 3, stride: 2, padding: 1) : AvgPool2d(2);
            RegisterComponents();
        }

        public override Tensor forward(Tensor x) => op.call(x);
    }

    private sealed class Upsample : Module<Tensor, Tensor>
    {
        private readonly Module<Tensor, Tensor>? conv;

        public Upsample(int channels, bool learned) : base(nameof(Upsample))
        {
            conv = learned ? ChannelsLast.Conv2d(channels, channels, 3, padding: 1) : null;
            RegisterComponents();
        }

        public override Tensor forward(Tensor x)
        {
            Tensor large = nn.functional.interpolate(x, scale_factor: [2, 2], mode: InterpolationMode.Nearest);
            return conv is null ? large : conv.Consume(large);
        }
    }
}
