using System.Globalization;

namespace DenoisedSmoothing.Models;

/// <summary>The shape of a <see cref="SwinTransformer"/>.</summary>
public sealed record SwinOptions
{
    /// <summary>Height and width of the image in pixels, a multiple of <see cref="PatchSize"/>.</summary>
    /// <value>224.</value>
    public int ImageSize { get; init; } = 224;

    /// <summary>Height and width of a patch in pixels.</summary>
    /// <value>4.</value>
    public int PatchSize { get; init; } = 4;

    /// <summary>Channels of the image, C.</summary>
    /// <value>3.</value>
    public int InChannels { get; init; } = 3;

    /// <summary>Width of a token in the first stage; each further one is twice as wide.</summary>
    public required int EmbedDim { get; init; }

    /// <summary>Blocks in each stage; every second one uses shifted windows.</summary>
    public required IReadOnlyList<int> Depths { get; init; }

    /// <summary>Attention heads in each stage.</summary>
    public required IReadOnlyList<int> Heads { get; init; }

    /// <summary>Height and width of a window in tokens; a smaller stage has one window of its own size.</summary>
    /// <value>7.</value>
    public int WindowSize { get; init; } = 7;

    /// <summary>Width inside a block's feed-forward half, divided by that of its tokens.</summary>
    /// <value>4.</value>
    public double MlpRatio { get; init; } = 4;

    /// <summary>Whether query, key and value have biases.</summary>
    /// <value>true.</value>
    public bool QkvBias { get; init; } = true;

    /// <summary>
    /// Epsilon of the blocks' norms and of the last one (Hugging Face's layer_norm_eps); those of the patches and between stages have 1e-5.
    /// </summary>
    /// <value>1e-5.</value>
    public double LayerNormEpsilon { get; init; } = 1e-5;

    /// <summary>Classes K, at least 2.</summary>
    /// <value>1000.</value>
    public int ClassCount { get; init; } = 1000;

    /// <summary>Swin-T: 28,288,354 parameters with 1000 classes.</summary>
    public static SwinOptions Tiny { get; } = new() { EmbedDim = 96, Depths = [2, 2, 6, 2], Heads = [3, 6, 12, 24] };

    /// <summary>Swin-S: 49,606,258 parameters with 1000 classes.</summary>
    public static SwinOptions Small { get; } = Tiny with { Depths = [2, 2, 18, 2] };

    /// <summary>Swin-B: 87,768,224 parameters with 1000 classes.</summary>
    public static SwinOptions Base { get; } = Small with { EmbedDim = 128, Heads = [4, 8, 16, 32] };

    /// <summary>Swin-L: 196,532,476 parameters with 1000 classes.</summary>
    public static SwinOptions Large { get; } = Small with { EmbedDim = 192, Heads = [6, 12, 24, 48] };

    /// <summary>Tokens along one side of the image in a stage; an odd side is padded before it is halved.</summary>
    internal int Side(int stage) => Enumerable.Range(0, stage).Aggregate(ImageSize / PatchSize, (side, _) => (side + 1) / 2);

    /// <summary>Window and shift of a stage.</summary>
    internal (int Window, int Shift) Window(int stage) =>
        Side(stage) <= WindowSize ? (Side(stage), 0) : (WindowSize, WindowSize / 2);

    /// <summary>The part of the computed function that the state_dict does not show.</summary>
    internal string Describe() =>
        string.Create(CultureInfo.InvariantCulture, $"SwinTransformer(image={ImageSize};window={WindowSize};eps={LayerNormEpsilon})");

    /// <summary>How many parameters the network has.</summary>
    internal Int128 ParameterCount
    {
        get
        {
            Int128 last = (Int128)EmbedDim << (Depths.Count - 1);
            Int128 count = ((Int128)InChannels * PatchSize * PatchSize + 3) * EmbedDim + 2 * last + (last + 1) * ClassCount;
            for (int stage = 0; stage < Depths.Count; stage++)
            {
                Int128 width = (Int128)EmbedDim << stage, inner = (Int128)((double)width * MlpRatio), window = Window(stage).Window;
                Int128 block = 4 * width * width + (QkvBias ? 4 : 1) * width + 2 * width * inner + inner + width + 4 * width
                    + (2 * window - 1) * (2 * window - 1) * Heads[stage];
                count += Depths[stage] * block + (stage == 0 ? 0 : 4 * width + 2 * width * width);
            }

            return count;
        }
    }

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(PatchSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(InChannels, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(WindowSize, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(ClassCount, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(EmbedDim, 1);
        if (ImageSize < PatchSize || ImageSize % PatchSize != 0)
            throw new ArgumentException(
                $"The image size must be a positive multiple of the patch size; {ImageSize} is not one of {PatchSize}.");
        if (Depths.Count is 0 or > 8 || Depths.Count != Heads.Count || Depths.Any(depth => depth < 1) || Heads.Any(heads => heads < 1))
            throw new ArgumentException(
                $"A Swin has as many heads as depths, each at least 1; got {Depths.Count} depths and {Heads.Count} heads.");
        for (int i = 0; i < Heads.Count; i++)
        {
            if ((EmbedDim << i) % Heads[i] != 0)
                throw new ArgumentException($"{EmbedDim << i} channels cannot be shared by {Heads[i]} attention heads.");
        }

        if (!(EmbedDim * MlpRatio is >= 1 and < int.MaxValue))
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                $"The feed-forward width {EmbedDim} * {MlpRatio} must be at least 1."));
        if (!(LayerNormEpsilon > 0))
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                $"The layer norms' epsilon must be above 0; got {LayerNormEpsilon}."));
    }
}
