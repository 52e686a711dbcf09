using DenoisedSmoothing.Parts;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace DenoisedSmoothing.Models;

/// <summary>
/// The image transformer BEiT (Bao et al. 2021) as in timm (timm/models/beit.py), under its state_dict names: relative position biases,
/// layer scale, biases on query and value only. Hugging Face's is the same network under other names. Takes normalised images [N,C,S,S] and
/// returns logits [N,K].
/// </summary>
/// <remarks>Rows are independent.</remarks>
public sealed class Beit : Module<Tensor, Tensor>, IImageNetwork
{
    // Fields, here and in the modules below, carry the reference's names: TorchSharp makes the state_dict's names from them.
    private readonly Parameter cls_token;
    private readonly Parameter? pos_embed;
    private readonly Sequential patch_embed;
    private readonly RelativePositionBias? rel_pos_bias;
    private readonly ModuleList<Block> blocks = new();
    private readonly Module<Tensor, Tensor>? norm, fc_norm;
    private readonly Module<Tensor, Tensor> head;

    /// <summary>Builds the network with random weights.</summary>
    /// <param name="options">Its shape.</param>
    /// <exception cref="ArgumentException">A size is not a multiple of what divides it, or a count is below its minimum.</exception>
    public Beit(BeitOptions options) : base(Checked(options).Describe())
    {
        using BuildScope building = new(this);
        Options = options;
        Input = new InputShape(options.InChannels, options.ImageSize, options.ImageSize);
        int width = options.EmbedDim;
        cls_token = TransformerWeights.Tokens(1, width);
        if (options.AbsolutePositions)
            pos_embed = TransformerWeights.Tokens(options.Side * options.Side + 1, width);
        patch_embed = Sequential(("proj", Conv2d(options.InChannels, width, options.PatchSize, stride: options.PatchSize)));
        if (options.SharedRelativePositions)
            rel_pos_bias = new RelativePositionBias(options);
        for (int i = 0; i < options.Depth; i++)
            blocks.Add(new Block(options));
        if (options.AveragePool)
            fc_norm = LayerNorm(width, options.LayerNormEpsilon);
        else
            norm = LayerNorm(width, options.LayerNormEpsilon);
        head = Linear(width, options.ClassCount);
        RegisterComponents();
    }

    /// <summary>What images it takes.</summary>
    public InputShape Input { get; }

    /// <summary>The network's shape.</summary>
    public BeitOptions Options { get; }

    /// <summary>
    /// A timm checkpoint's weights as this network wants them: without the relative position indices, which older files hold and the shape
    /// determines.
    /// </summary>
    /// <param name="weights">A timm Beit's state_dict; not disposed.</param>
    /// <returns>The rest under the same names: fresh handles on the same memory, which the caller disposes; the source may be disposed
    /// first.</returns>
    public static Dictionary<string, Tensor> FromTimm(IReadOnlyDictionary<string, Tensor> weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        return weights.Where(entry => entry.Key.Split('.')[^1] != "relative_position_index")
            .ToDictionary(entry => entry.Key, entry => entry.Value.alias(), StringComparer.Ordinal);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The input is not [N,C,S,S] with this network's C and image size S.</exception>
    public override Tensor forward(Tensor x)
    {
        NetworkInput.Require(x, nameof(Beit), Input);

        using DisposeScope scope = NewDisposeScope();
        long tokens = 1 + (long)Options.Side * Options.Side;
        ResidualStream[] slices = [.. RowSlices.Cut(x, tokens * (long)(Options.EmbedDim * Options.MlpRatio)).Select(
            rows => new ResidualStream(Embed(rows).reshape(-1, Options.EmbedDim)))];
        try
        {
            // The reference keeps it as a buffer outside the state_dict, in every block. TorchSharp 0.107 makes such a buffer part of the
            // state_dict when the module moves to another device or type; and compared with one block, making it costs nothing.
            Tensor index = RelativePositionIndex(Options.Side, x.device);
            Tensor? shared = rel_pos_bias?.Gather(index);
            foreach (Block block in blocks)
            {
                // Once per batch, from the weights as they are.
                Tensor? bias = block.Bias(index, shared);
                foreach (ResidualStream slice in slices)
                    block.Run(slice, tokens, bias);
                if (!ReferenceEquals(bias, shared))
                    bias?.Dispose();
            }

            Tensor[] pooled = [.. slices.Select(slice => Pool(slice, tokens))];
            return head.call(pooled.Length == 1 ? pooled[0] : cat(pooled, 0)).MoveToOuterDisposeScope();
        }
        finally
        {
            foreach (ResidualStream slice in slices)
                slice.Dispose();
        }
    }

    // Normalising the class token alone is enough: each token has its own norm.
    private Tensor Pool(ResidualStream stream, long tokens) => fc_norm is not null
        ? fc_norm.call(stream.Select(rows => rows.reshape(-1, tokens, Options.EmbedDim).narrow(1, 1, tokens - 1)).mean([1]))
        : norm!.call(stream.Select(rows => rows.reshape(-1, tokens, Options.EmbedDim).select(1, 0)));

    /// <summary>
    /// Which row of a bias table belongs to a pair of tokens [T,T], T = side^2 + 1: one row for every offset between two patches, then
    /// class token to patch, patch to class token, and class token to itself.
    /// </summary>
    internal static Tensor RelativePositionIndex(int side, Device device)
    {
        using DisposeScope scope = NewDisposeScope();
        long offsets = 2 * side - 1, patches = (long)side * side;
        Tensor patch = Counting(0, patches, ScalarType.Int64, device);
        Tensor y = patch.div(Kept(side), RoundingMode.floor), x = patch.remainder(Kept(side));
        Tensor index = full([patches + 1, patches + 1], Kept(offsets * offsets + 1), ScalarType.Int64, device);
        index.narrow(0, 1, patches).narrow(1, 1, patches).copy_(Offset(y).mul_(Kept(offsets)).PlusInPlace(Offset(x)));
        index.narrow(0, 0, 1).fill_(Kept(offsets * offsets));
        index.narrow(0, 0, 1).narrow(1, 0, 1).fill_(Kept(offsets * offsets + 2));
        return index.MoveToOuterDisposeScope();

        // Counted from 0, the farthest back.
        Tensor Offset(Tensor place) => place.unsqueeze(1).sub(place.unsqueeze(0)).PlusInPlace(side - 1);
    }

    private static BeitOptions Checked(BeitOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        return options;
    }

    private Tensor Embed(Tensor x)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor patches = PatchEmbedding.Call((Conv2d)patch_embed[0], x);
        Tensor tokens = cat([cls_token.expand(x.shape[0], -1, -1), patches], 1);
        return (pos_embed is null ? tokens : tokens.PlusInPlace(pos_embed)).MoveToOuterDisposeScope();
    }

    /// <summary>The bias table of one block, or of all.</summary>
    private static Parameter BiasTable(BeitOptions options) =>
        TransformerWeights.Own(zeros((2 * options.Side - 1) * (2 * options.Side - 1) + 3, options.Heads));

    /// <summary>A table [offsets,heads] expanded to all pairs of tokens: [1,heads,T,T].</summary>
    private static Tensor Spread(Tensor table, Tensor index)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor byHead = table.transpose(0, 1).contiguous().index_select(1, index.reshape(-1));
        return byHead.reshape(1, table.shape[1], index.shape[0], index.shape[1]).MoveToOuterDisposeScope();
    }

    private sealed class RelativePositionBias : Module
    {
        private readonly Parameter relative_position_bias_table;

        public RelativePositionBias(BeitOptions options) : base(nameof(RelativePositionBias))
        {
            relative_position_bias_table = BiasTable(options);
            RegisterComponents();
        }

        public Tensor Gather(Tensor index) => Spread(relative_position_bias_table, index);
    }

    private sealed class Block : Module
    {
        private readonly Parameter? gamma_1, gamma_2;
        private readonly LayerNorm norm1, norm2;
        private readonly Attention attn;
        private readonly Mlp mlp;

        public Block(BeitOptions options) : base(nameof(Block))
        {
            int width = options.EmbedDim;
            if (options.LayerScale is { } scale)
            {
                gamma_1 = TransformerWeights.Own(full(width, Kept(scale)));
                gamma_2 = TransformerWeights.Own(full(width, Kept(scale)));
            }

            norm1 = LayerNorm(width, options.LayerNormEpsilon);
            attn = new Attention(options);
            norm2 = LayerNorm(width, options.LayerNormEpsilon);
            mlp = new Mlp(width, (int)(width * options.MlpRatio));
            RegisterComponents();
        }

        /// <summary>What is added to the attention's logits: [1,heads,T,T].</summary>
        public Tensor? Bias(Tensor index, Tensor? shared) => attn.Bias(index, shared);

        /// <summary>Adds the block's two branches.</summary>
        public void Run(ResidualStream stream, long tokens, Tensor? positions)
        {
            using (Tensor normed = stream.Norm(norm1))
                stream.Add(attn.Run(normed, tokens, positions), gamma_1);
            using (Tensor normed = stream.Norm(norm2))
                stream.Add(mlp.call(normed), gamma_2);
        }
    }

    private sealed class Attention : Module
    {
        private readonly Linear qkv;
        private readonly Parameter? q_bias, v_bias, relative_position_bias_table;
        private readonly Linear proj;
        private readonly int _heads;

        public Attention(BeitOptions options) : base(nameof(Attention))
        {
            _heads = options.Heads;
            qkv = Linear(options.EmbedDim, 3 * options.EmbedDim, hasBias: false);
            if (options.QkvBias)
            {
                q_bias = TransformerWeights.Own(zeros(options.EmbedDim));
                v_bias = TransformerWeights.Own(zeros(options.EmbedDim));
            }

            if (options.RelativePositions)
                relative_position_bias_table = BiasTable(options);
            proj = Linear(options.EmbedDim, options.EmbedDim);
            RegisterComponents();
        }

        /// <param name="rows">[N T,C].</param>
        /// <param name="tokens">T.</param>
        /// <param name="positions">Added to the logits, [1,heads,T,T]; null for nothing.</param>
        public Tensor Run(Tensor rows, long tokens, Tensor? positions)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor? bias = q_bias is null ? null : cat([q_bias, zeros_like(q_bias), v_bias!]);
            Tensor attended;
            using (Tensor joined = LinearRows.Product(rows, qkv.weight!, bias))
            {
                // three of [N,heads,T,C/heads]
                Tensor[] parts = joined.reshape(-1, tokens, 3, _heads, rows.size(1) / _heads).permute(2, 0, 3, 1, 4).unbind(0);
                attended = nn.functional.scaled_dot_product_attention(parts[0], parts[1], parts[2], positions);
            }

            return proj.ConsumeRows(attended.transpose(1, 2).reshape(rows.size(0), rows.size(1))).MoveToOuterDisposeScope();
        }

        public Tensor? Bias(Tensor index, Tensor? shared)
        {
            if (relative_position_bias_table is null)
                return shared;
            Tensor own = Spread(relative_position_bias_table, index);
            if (shared is null)
                return own;
            using (own)
                return own.Plus(shared);
        }
    }

    private sealed class Mlp : Module<Tensor, Tensor>
    {
        private readonly Linear fc1, fc2;

        public Mlp(int width, int inner) : base(nameof(Mlp))
        {
            fc1 = Linear(width, inner);
            fc2 = Linear(inner, width);
            RegisterComponents();
        }

        public override Tensor forward(Tensor x) => fc2.ConsumeRows(Activations.Gelu(fc1.Run(x)));
    }
}
