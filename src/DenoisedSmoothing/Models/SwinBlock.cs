using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace DenoisedSmoothing.Models;

/// <summary>A block of a <see cref="SwinTransformer"/>: attention inside windows, and a feed-forward half.</summary>
internal sealed class SwinBlock : Module
{
    // Fields, here and in the modules below, carry timm's names: TorchSharp makes the state_dict's names from them.
    private readonly LayerNorm norm1, norm2;
    private readonly Attention attn;
    private readonly Mlp mlp;

    public SwinBlock(SwinOptions options, int width, int heads, int window) : base(nameof(SwinBlock))
    {
        norm1 = LayerNorm(width, options.LayerNormEpsilon);
        attn = new Attention(options, width, heads, window);
        norm2 = LayerNorm(width, options.LayerNormEpsilon);
        mlp = new Mlp(width, (int)(width * options.MlpRatio));
        RegisterComponents();
    }

    /// <summary>Adds the block's two branches.</summary>
    /// <param name="stream">Rows [N T,C].</param>
    /// <param name="n">N.</param>
    /// <param name="windows">The stage's windows.</param>
    /// <param name="offsets">The windows' offsets.</param>
    /// <param name="apart">For shifted windows, which tokens do not belong together; null for unshifted windows.</param>
    public void Run(ResidualStream stream, long n, SwinWindows windows, Tensor offsets, Tensor? apart)
    {
        using (Tensor normed = stream.Norm(norm1))
        using (Tensor parted = windows.Part(normed, n, apart is not null))
        using (Tensor attended = attn.Run(parted, n, windows, offsets, apart))
            stream.Add(windows.Join(attended, n, apart is not null));
        using (Tensor normed = stream.Norm(norm2))
            stream.Add(mlp.call(normed));
    }

    private sealed class Attention : Module
    {
        private readonly Parameter relative_position_bias_table;
        private readonly Linear qkv, proj;
        private readonly int _heads;

        public Attention(SwinOptions options, int width, int heads, int window) : base(nameof(Attention))
        {
            _heads = heads;
            relative_position_bias_table = TransformerWeights.Own(zeros((2 * window - 1) * (2 * window - 1), heads));
            qkv = Linear(width, 3 * width, hasBias: options.QkvBias);
            proj = Linear(width, width);
            RegisterComponents();
        }

        // Rows are [N W M^2,C], by windows.
        public Tensor Run(Tensor rows, long n, SwinWindows windows, Tensor offsets, Tensor? apart)
        {
            using DisposeScope scope = NewDisposeScope();
            long tokens = windows.Window * windows.Window;
            // [1,heads,M^2,M^2], or [W,heads,M^2,M^2] where windows differ.
            Tensor bias = relative_position_bias_table.transpose(0, 1).contiguous().index_select(1, offsets)
                .reshape(1, _heads, tokens, tokens);
            if (apart is not null)
                bias = bias.Plus(apart);
            Tensor attended;
            using (Tensor joined = qkv.Run(rows))
            {
                // three of [N,W,heads,M^2,C/heads], or without the W
                long[] batch = apart is null ? [n * windows.Count] : [n, windows.Count];
                Tensor[] parts = joined.reshape([.. batch, tokens, 3, _heads, rows.size(1) / _heads]).unbind(-3);
                attended = nn.functional.scaled_dot_product_attention(
                    parts[0].transpose(-3, -2), parts[1].transpose(-3, -2), parts[2].transpose(-3, -2), bias);
            }

            return proj.ConsumeRows(attended.transpose(-3, -2).reshape(rows.size(0), rows.size(1))).MoveToOuterDisposeScope();
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
