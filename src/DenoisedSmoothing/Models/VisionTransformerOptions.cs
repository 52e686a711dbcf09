using System.Globalization;

namespace DenoisedSmoothing.Models;

/// <summary>The shape of a <see cref="VisionTransformer"/>: the settings of Hugging Face's ViTConfig, under their names.</summary>
public sealed record VisionTransformerOptions
{
    /// <summary>Height and width of the image in pixels, a multiple of <see cref="PatchSize"/>.</summary>
    /// <value>224.</value>
    public int ImageSize { get; init; } = 224;

    /// <summary>Height and width of a patch in pixels.</summary>
    /// <value>16.</value>
    public int PatchSize { get; init; } = 16;

    /// <summary>Channels of the image, C.</summary>
    /// <value>3.</value>
    public int Channels { get; init; } = 3;

    /// <summary>Width of a token, a multiple of <see cref="AttentionHeads"/>.</summary>
    /// <value>768.</value>
    public int HiddenSize { get; init; } = 768;

    /// <summary>Transformer layers.</summary>
    /// <value>12.</value>
    public int HiddenLayers { get; init; } = 12;

    /// <summary>Attention heads per layer. The weights do not show it: a wrong number loads, but computes something else.</summary>
    /// <value>12.</value>
    public int AttentionHeads { get; init; } = 12;

    /// <summary>Width inside the feed-forward half of a layer.</summary>
    /// <value>3072.</value>
    public int IntermediateSize { get; init; } = 3072;

    /// <summary>Whether query, key and value have biases.</summary>
    /// <value>true.</value>
    public bool QkvBias { get; init; } = true;

    /// <summary>The layer norms' epsilon: 1e-12 for Hugging Face's models, 1e-6 for timm's.</summary>
    /// <value>1e-12.</value>
    public double LayerNormEpsilon { get; init; } = 1e-12;

    /// <summary>Whether there is a second token, as in DeiT, and how it is used.</summary>
    /// <value>None.</value>
    public DistillationToken Distillation { get; init; }

    /// <summary>Classes K, at least 2.</summary>
    public required int ClassCount { get; init; }

    /// <summary>
    /// The paper's CIFAR-10 classifier, ViT-B/16 at 224 under Hugging Face's names: 85,806,346 parameters; takes images normalised with
    /// mean = std = 0.5.
    /// </summary>
    public static VisionTransformerOptions Base16Cifar10 { get; } = new() { ClassCount = 10 };

    /// <summary>The part of the computed function that the state_dict does not show.</summary>
    internal string Describe() => string.Create(CultureInfo.InvariantCulture,
        $"VisionTransformer(heads={AttentionHeads};eps={LayerNormEpsilon}{(Distillation == DistillationToken.None ? "" : ";distilled")})");

    /// <summary>Tokens before the patches.</summary>
    internal int LeadingTokens => Distillation == DistillationToken.None ? 1 : 2;

    /// <summary>How many parameters the network has.</summary>
    internal Int128 ParameterCount
    {
        get
        {
            Int128 width = HiddenSize, inner = IntermediateSize, side = ImageSize / PatchSize;
            Int128 embeddings = width * ((Int128)Channels * PatchSize * PatchSize + 1 + side * side + 2 * LeadingTokens);
            Int128 layer = 4 * width * width + (QkvBias ? 4 : 1) * width + 2 * width * inner + inner + width + 4 * width;
            int heads = Distillation == DistillationToken.Averaged ? 2 : 1;
            return embeddings + HiddenLayers * layer + 2 * width + heads * (width + 1) * ClassCount;
        }
    }

    internal void Validate()
    {
        if (!Enum.IsDefined(Distillation))
            throw new ArgumentOutOfRangeException(nameof(Distillation), Distillation, "There is no such use of a distillation token.");
        ArgumentOutOfRangeException.ThrowIfLessThan(PatchSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Channels, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(HiddenLayers, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(AttentionHeads, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(IntermediateSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(ClassCount, 2);
        if (ImageSize < PatchSize || ImageSize % PatchSize != 0)
            throw new ArgumentException(
                $"The image size must be a positive multiple of the patch size; {ImageSize} is not one of {PatchSize}.");
        if (HiddenSize < AttentionHeads || HiddenSize % AttentionHeads != 0)
            throw new ArgumentException($"{HiddenSize} channels cannot be shared by {AttentionHeads} attention heads.");
        if (!(LayerNormEpsilon > 0))
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                $"The layer norms' epsilon must be above 0; got {LayerNormEpsilon}."));
    }
}
