using System.Globalization;

namespace DenoisedSmoothing.Models;

/// <summary>
/// The shape of a <see cref="Beit"/>: the settings of timm's Beit. The defaults are those of the published models, not of timm's class.
/// </summary>
public sealed record BeitOptions
{
    /// <summary>Height and width of the image in pixels, a multiple of <see cref="PatchSize"/> (img_size).</summary>
    /// <value>224.</value>
    public int ImageSize { get; init; } = 224;

    /// <summary>Height and width of a patch in pixels.</summary>
    /// <value>16.</value>
    public int PatchSize { get; init; } = 16;

    /// <summary>Channels of the image, C (in_chans).</summary>
    /// <value>3.</value>
    public int InChannels { get; init; } = 3;

    /// <summary>Width of a token, a multiple of <see cref="Heads"/> (embed_dim).</summary>
    public required int EmbedDim { get; init; }

    /// <summary>Transformer blocks.</summary>
    public required int Depth { get; init; }

    /// <summary>Attention heads per block (num_heads).</summary>
    public required int Heads { get; init; }

    /// <summary>Width inside a block's feed-forward half, divided by <see cref="EmbedDim"/>.</summary>
    /// <value>4.</value>
    public double MlpRatio { get; init; } = 4;

    /// <summary>Whether query and value have biases (the key never has).</summary>
    /// <value>true.</value>
    public bool QkvBias { get; init; } = true;

    /// <summary>
    /// The initial value of the layer scales gamma_1 and gamma_2 (init_values: 1e-5 for the large models, 0.1 for BEiT-B); null for none.
    /// </summary>
    /// <value>1e-5.</value>
    public double? LayerScale { get; init; } = 1e-5;

    /// <summary>Whether tokens have learned absolute positions (use_abs_pos_emb).</summary>
    public bool AbsolutePositions { get; init; }

    /// <summary>Whether each block has its own relative position bias (use_rel_pos_bias).</summary>
    /// <value>true.</value>
    public bool RelativePositions { get; init; } = true;

    /// <summary>Whether all blocks share one relative position bias (use_shared_rel_pos_bias), alone or in addition to their own.</summary>
    public bool SharedRelativePositions { get; init; }

    /// <summary>
    /// Whether the logits come from the mean of the patches, normalised by fc_norm (global_pool avg), or from the class token, normalised
    /// by norm.
    /// </summary>
    /// <value>true.</value>
    public bool AveragePool { get; init; } = true;

    /// <summary>The layer norms' epsilon: 1e-6 in timm, layer_norm_eps (1e-12) in Hugging Face's.</summary>
    /// <value>1e-6.</value>
    public double LayerNormEpsilon { get; init; } = 1e-6;

    /// <summary>Classes K, at least 2.</summary>
    /// <value>1000.</value>
    public int ClassCount { get; init; } = 1000;

    /// <summary>
    /// The paper's ImageNet classifier (beit_large_patch16_512): 305,674,728 parameters; takes images normalised with mean = std = 0.5.
    /// </summary>
    public static BeitOptions Large16Size512 { get; } = new() { ImageSize = 512, EmbedDim = 1024, Depth = 24, Heads = 16 };

    /// <summary>Patches along one side of the image.</summary>
    internal int Side => ImageSize / PatchSize;

    /// <summary>The part of the computed function that the state_dict may not show.</summary>
    internal string Describe() => string.Create(CultureInfo.InvariantCulture,
        $"Beit(heads={Heads}{(LayerNormEpsilon.Equals(1e-6) ? "" : $";eps={LayerNormEpsilon.ToString(CultureInfo.InvariantCulture)}")})");

    /// <summary>How many parameters the network has.</summary>
    internal Int128 ParameterCount
    {
        get
        {
            Int128 width = EmbedDim, inner = (int)(EmbedDim * MlpRatio), side = Side, table = ((2 * side - 1) * (2 * side - 1) + 3) * Heads;
            Int128 embeddings = width * ((Int128)InChannels * PatchSize * PatchSize + 2 + (AbsolutePositions ? side * side + 1 : 0));
            Int128 block = 4 * width * width + (QkvBias ? 3 : 1) * width + 2 * width * inner + inner + width
                + (LayerScale is null ? 4 : 6) * width + (RelativePositions ? table : 0);
            return embeddings + (SharedRelativePositions ? table : 0) + Depth * block + 2 * width + (width + 1) * ClassCount;
        }
    }

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(PatchSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(InChannels, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Depth, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Heads, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(ClassCount, 2);
        if (ImageSize < PatchSize || ImageSize % PatchSize != 0)
            throw new ArgumentException(
                $"The image size must be a positive multiple of the patch size; {ImageSize} is not one of {PatchSize}.");
        if (EmbedDim < Heads || EmbedDim % Heads != 0)
            throw new ArgumentException($"{EmbedDim} channels cannot be shared by {Heads} attention heads.");
        if (!(LayerNormEpsilon > 0))
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                $"The layer norms' epsilon must be above 0; got {LayerNormEpsilon}."));
        if (!(EmbedDim * MlpRatio is >= 1 and < int.MaxValue))
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                $"The feed-forward width {EmbedDim} * {MlpRatio} must be at least 1."));
    }
}
