using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Parts;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace DenoisedSmoothing.Models;

/// <summary>
/// The vision transformer of Dosovitskiy et al. 2020 as an image classifier: Hugging Face's ViTForImageClassification (modeling_vit.py)
/// under its state_dict names; <see cref="FromTimm"/> renames timm's. With a distillation token it is DeiT (Touvron et al. 2021). Takes
/// normalised images [N,C,S,S] and returns logits [N,K].
/// </summary>
/// <remarks>
/// The logits come from the class token, as in both libraries' plain models; for a distilled DeiT they are the mean of its two heads'. Rows
/// are independent.
/// </remarks>
public sealed class VisionTransformer : Module<Tensor, Tensor>, IImageNetwork
{
    // Fields, here and in the modules below, carry the reference's names: TorchSharp makes the state_dict's names from them.
    private readonly Body vit;
    private readonly Module<Tensor, Tensor> classifier;
    private readonly Module<Tensor, Tensor>? distillation_classifier;

    /// <summary>Builds the network with random weights.</summary>
    /// <param name="options">Its shape.</param>
    /// <exception cref="ArgumentException">A size is not a multiple of what divides it, or a count is below its minimum.</exception>
    public VisionTransformer(VisionTransformerOptions options) : base(Checked(options).Describe())
    {
        using BuildScope building = new(this);
        Options = options;
        Input = new InputShape(options.Channels, options.ImageSize, options.ImageSize);
        vit = new Body(options);
        classifier = Linear(options.HiddenSize, options.ClassCount);
        if (options.Distillation == DistillationToken.Averaged)
            distillation_classifier = Linear(options.HiddenSize, options.ClassCount);
        RegisterComponents();
    }

    /// <summary>What images it takes.</summary>
    public InputShape Input { get; }

    /// <summary>The network's shape.</summary>
    public VisionTransformerOptions Options { get; }

    /// <summary>
    /// Weights under timm's names (timm/models/vision_transformer.py) as this network wants them: renamed, and the joined query, key and
    /// value cut in three.
    /// </summary>
    /// <param name="weights">A timm ViT's state_dict, of the plain kind: class token, absolute positions, no layer scale, no pooling. Not
    /// disposed.</param>
    /// <returns>The same weights under Hugging Face's names: fresh handles on the same memory, which the caller disposes; the source may be
    /// disposed first.</returns>
    /// <exception cref="CheckpointException">An entry does not belong to a plain timm ViT.</exception>
    public static Dictionary<string, Tensor> FromTimm(IReadOnlyDictionary<string, Tensor> weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        using DisposeScope scope = NewDisposeScope();
        Dictionary<string, Tensor> renamed = new(StringComparer.Ordinal);
        foreach (var (name, tensor) in weights)
        {
            if (TimmNames.Joined(name) is { } parts)
            {
                if (tensor.dim() == 0 || tensor.shape[0] % 3 != 0)
                    throw new CheckpointException(
                        $"The entry {CheckpointException.Quote(name)} joins query, key and value, but its shape "
                        + $"[{string.Join(',', tensor.shape)}] cannot be cut in three.");
                Tensor[] cut = tensor.chunk(3);
                for (int i = 0; i < 3; i++)
                    renamed.Add(parts[i], cut[i]);
            }
            else
            {
                renamed.Add(TimmNames.Renamed(name), tensor.alias());
            }
        }

        foreach (Tensor tensor in renamed.Values)
            tensor.MoveToOuterDisposeScope();
        return renamed;
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The input is not [N,C,S,S] with this network's C and image size S.</exception>
    public override Tensor forward(Tensor x)
    {
        NetworkInput.Require(x, nameof(VisionTransformer), Input);
        long tokens = Options.LeadingTokens + (long)Math.Pow(Options.ImageSize / Options.PatchSize, 2);
        return RowSlices.Run(x, tokens * Options.IntermediateSize, Run);
    }

    private Tensor Run(Tensor x)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor tokens = vit.call(x), logits = classifier.call(tokens.select(1, 0));
        if (distillation_classifier is not null)
            logits = logits.Plus(distillation_classifier.call(tokens.select(1, 1))).div(Kept(2));
        return logits.MoveToOuterDisposeScope();
    }

    private static VisionTransformerOptions Checked(VisionTransformerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        return options;
    }

    /// <summary>From images to the normalised tokens that the heads use: [N,1,HiddenSize], or [N,2,HiddenSize] with two heads.</summary>
    private sealed class Body : Module<Tensor, Tensor>
    {
        private readonly Embeddings embeddings;
        private readonly Encoder encoder;
        private readonly LayerNorm layernorm;
        private readonly int _heads;

        public Body(VisionTransformerOptions options) : base(nameof(Body))
        {
            embeddings = new Embeddings(options);
            encoder = new Encoder(options);
            layernorm = LayerNorm(options.HiddenSize, options.LayerNormEpsilon);
            _heads = options.Distillation == DistillationToken.Averaged ? 2 : 1;
            RegisterComponents();
        }

        public override Tensor forward(Tensor x)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor tokens = embeddings.call(x);
            long n = tokens.size(0), count = tokens.size(1), width = tokens.size(2);
            using ResidualStream stream = new(tokens.reshape(-1, width));
            encoder.Run(stream, n);
            // Each token has its own norm: normalising the tokens with a head is enough.
            return layernorm.call(stream.Select(rows => rows.reshape(n, count, width).narrow(1, 0, _heads))).MoveToOuterDisposeScope();
        }
    }

    private sealed class Embeddings : Module<Tensor, Tensor>
    {
        private readonly Parameter cls_token, position_embeddings;
        private readonly Parameter? distillation_token;
        private readonly Sequential patch_embeddings;

        public Embeddings(VisionTransformerOptions options) : base(nameof(Embeddings))
        {
            int side = options.ImageSize / options.PatchSize;
            cls_token = TransformerWeights.Tokens(1, options.HiddenSize);
            if (options.Distillation != DistillationToken.None)
                distillation_token = TransformerWeights.Tokens(1, options.HiddenSize);
            position_embeddings = TransformerWeights.Tokens(side * side + options.LeadingTokens, options.HiddenSize);
            patch_embeddings =
                Sequential(("projection", Conv2d(options.Channels, options.HiddenSize, options.PatchSize, stride: options.PatchSize)));
            RegisterComponents();
        }

        public override Tensor forward(Tensor x)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor patches = PatchEmbedding.Call((Conv2d)patch_embeddings[0], x);
            Tensor[] leading = distillation_token is null ? [cls_token] : [cls_token, distillation_token];
            return cat([.. leading.Select(token => token.expand(x.shape[0], -1, -1)), patches], 1).PlusInPlace(position_embeddings)
                .MoveToOuterDisposeScope();
        }
    }

    private sealed class Encoder : Module
    {
        private readonly ModuleList<Layer> layer = new();

        public Encoder(VisionTransformerOptions options) : base(nameof(Encoder))
        {
            for (int i = 0; i < options.HiddenLayers; i++)
                layer.Add(new Layer(options));
            RegisterComponents();
        }

        public void Run(ResidualStream stream, long n)
        {
            foreach (Layer each in layer)
                each.Run(stream, n);
        }
    }

    private sealed class Layer : Module
    {
        private readonly LayerNorm layernorm_before, layernorm_after;
        private readonly Attention attention;
        private readonly Sequential intermediate, output;

        public Layer(VisionTransformerOptions options) : base(nameof(Layer))
        {
            int width = options.HiddenSize;
            layernorm_before = LayerNorm(width, options.LayerNormEpsilon);
            attention = new Attention(options);
            layernorm_after = LayerNorm(width, options.LayerNormEpsilon);
            intermediate = Dense(width, options.IntermediateSize);
            output = Dense(options.IntermediateSize, width);
            RegisterComponents();
        }

        /// <summary>Adds the layer's two branches.</summary>
        public void Run(ResidualStream stream, long n)
        {
            using (Tensor normed = stream.Norm(layernorm_before))
                stream.Add(attention.Run(normed, n));
            using (Tensor normed = stream.Norm(layernorm_after))
                stream.Add(DenseOf(output).ConsumeRows(Activations.Gelu(DenseOf(intermediate).Run(normed))));
        }
    }

    private static Sequential Dense(int from, int to) => Sequential(("dense", Linear(from, to)));

    private static Linear DenseOf(Sequential named) => (Linear)named[0];

    private sealed class Attention : Module
    {
        private readonly SelfAttention attention;
        private readonly Sequential output;

        public Attention(VisionTransformerOptions options) : base(nameof(Attention))
        {
            attention = new SelfAttention(options);
            output = Dense(options.HiddenSize, options.HiddenSize);
            RegisterComponents();
        }

        public Tensor Run(Tensor rows, long n) => DenseOf(output).ConsumeRows(attention.Run(rows, n));
    }

    private sealed class SelfAttention : Module
    {
        private readonly Linear query, key, value;
        private readonly int _heads;

        public SelfAttention(VisionTransformerOptions options) : base(nameof(SelfAttention))
        {
            _heads = options.AttentionHeads;
            query = Linear(options.HiddenSize, options.HiddenSize, hasBias: options.QkvBias);
            key = Linear(options.HiddenSize, options.HiddenSize, hasBias: options.QkvBias);
            value = Linear(options.HiddenSize, options.HiddenSize, hasBias: options.QkvBias);
            RegisterComponents();
        }

        /// <param name="rows">[N T,C].</param>
        /// <param name="n">N.</param>
        public Tensor Run(Tensor rows, long n)
        {
            using DisposeScope scope = NewDisposeScope();
            // [N,T,heads,C/heads] three times
            Tensor[] parts = rows.device_type == DeviceType.CUDA
                ? Joint(rows).reshape(n, -1, 3, _heads, rows.size(1) / _heads).unbind(2)
                : [Heads(query), Heads(key), Heads(value)];
            Tensor attended = nn.functional.scaled_dot_product_attention(
                parts[0].transpose(1, 2), parts[1].transpose(1, 2), parts[2].transpose(1, 2));
            return attended.transpose(1, 2).reshape(rows.size(0), rows.size(1)).MoveToOuterDisposeScope();

            Tensor Heads(Linear projection) => projection.Run(rows).reshape(n, -1, _heads, rows.size(1) / _heads);
        }

        // One product instead of three: it fills a GPU better, and joining the weights costs less. On a CPU it is no faster.
        private Tensor Joint(Tensor rows) => LinearRows.Product(
            rows, cat([query.weight!, key.weight!, value.weight!]), query.bias is null ? null : cat([query.bias, key.bias!, value.bias!]));
    }
}
