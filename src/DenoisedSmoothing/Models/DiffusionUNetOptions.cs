using System.Globalization;

namespace DenoisedSmoothing.Models;

/// <summary>The shape of a <see cref="DiffusionUNet"/>: the flags of improved-diffusion and guided-diffusion, under their names.</summary>
public sealed record DiffusionUNetOptions
{
    /// <summary>Channels of the image, C.</summary>
    /// <value>3.</value>
    public int InChannels { get; init; } = 3;

    /// <summary>Channels of the result: C for only the noise, 2C where the variance was learned too.</summary>
    /// <value>6.</value>
    public int OutChannels { get; init; } = 6;

    /// <summary>Base width; every level's width must be a multiple of 32 (GroupNorm has 32 groups).</summary>
    public required int ModelChannels { get; init; }

    /// <summary>Width of each level as a multiple of <see cref="ModelChannels"/>, rounded down; each further level halves the resolution.
    /// A fraction (guided-diffusion's 512 models start at 0.5) is allowed.</summary>
    public required IReadOnlyList<double> ChannelMultipliers { get; init; }

    /// <summary>Residual blocks per level on the way down (one more on the way up).</summary>
    public required int ResidualBlocks { get; init; }

    /// <summary>
    /// Downsampling factors (1, 2, 4 ...) at which attention follows each residual block: image size over the flag's resolution.
    /// </summary>
    public IReadOnlyList<int> AttentionFactors { get; init; } = [];

    /// <summary>Attention heads, where <see cref="HeadChannels"/> is not given.</summary>
    /// <value>4.</value>
    public int Heads { get; init; } = 4;

    /// <summary>
    /// Attention heads on the way up (num_heads_upsample), where they differ from <see cref="Heads"/> and <see cref="HeadChannels"/> is not
    /// given.
    /// </summary>
    public int? UpsamplingHeads { get; init; }

    /// <summary>
    /// Channels per head (guided-diffusion's num_head_channels); overrides <see cref="Heads"/> and <see cref="UpsamplingHeads"/>.
    /// </summary>
    public int? HeadChannels { get; init; }

    /// <summary>Whether the time embedding scales and shifts after the second norm (FiLM) instead of being added before it.</summary>
    /// <value>true.</value>
    public bool ScaleShiftNorm { get; init; } = true;

    /// <summary>Whether residual blocks do the resampling (guided-diffusion's resblock_updown) instead of strided convolutions.</summary>
    public bool ResBlockUpDown { get; init; }

    /// <summary>Whether resampling outside residual blocks is learned (conv_resample): a strided convolution down, a convolution after the
    /// nearest neighbour up. If false, only average pooling and the nearest neighbour. Has no effect with
    /// <see cref="ResBlockUpDown"/>.</summary>
    /// <value>true.</value>
    public bool ConvResample { get; init; } = true;

    /// <summary>Whether q, k and v are split before the heads (guided-diffusion's use_new_attention_order).</summary>
    public bool NewAttentionOrder { get; init; }

    /// <summary>
    /// Classes of a class-conditional network (num_classes: a label embedding joins the time embedding); null for an unconditional one.
    /// </summary>
    public int? ClassCount { get; init; }

    /// <summary>Dropout inside residual blocks, in training only, in [0,1).</summary>
    public double Dropout { get; init; }

    /// <summary>improved-diffusion's CIFAR-10 network (cifar10_uncond_50M_500K.pt): 52,546,438 parameters.</summary>
    public static DiffusionUNetOptions ImprovedDiffusionCifar10 { get; } = new()
    {
        ModelChannels = 128,
        ChannelMultipliers = [1, 2, 2, 2],
        ResidualBlocks = 3,
        AttentionFactors = [2, 4],
        Heads = 4,
        Dropout = 0.3,
    };

    /// <summary>guided-diffusion's unconditional ImageNet network (256x256_diffusion_uncond.pt): 552,814,086 parameters.</summary>
    public static DiffusionUNetOptions GuidedDiffusionImageNet256 { get; } = new()
    {
        ModelChannels = 256,
        ChannelMultipliers = [1, 1, 2, 2, 4, 4],
        ResidualBlocks = 2,
        AttentionFactors = [8, 16, 32],
        HeadChannels = 64,
        ResBlockUpDown = true,
    };

    /// <summary>The width of a level.</summary>
    internal int ChannelsAt(int level) => (int)(ChannelMultipliers[level] * ModelChannels);

    /// <summary>The number of heads in an attention block, on the way up or elsewhere.</summary>
    internal int HeadsFor(int channels, bool upsampling) => HeadChannels is { } width ? channels / width : upsampling ? UpsamplingHeads
        ?? Heads : Heads;

    /// <summary>
    /// The part of the computed function that the state_dict does not show: how wide a head is, and how q, k and v are arranged.
    /// </summary>
    internal string Describe() => string.Create(CultureInfo.InvariantCulture,
        $"DiffusionUNet({(HeadChannels is { } width ? $"head={width}" : $"heads={Heads}/{UpsamplingHeads ?? Heads}")}"
        + $"{(NewAttentionOrder ? ";new-order" : "")})");

    internal void Validate()
    {
        if (ChannelMultipliers.Count == 0 || ResidualBlocks < 1 || InChannels < 1 || OutChannels < 1 || ModelChannels < 1)
            throw new ArgumentException("A DiffusionUNet needs channels, at least one level and at least one residual block per level.");
        if (ClassCount < 1)
            throw new ArgumentException(
                $"A class-conditional DiffusionUNet needs at least one class, not {ClassCount}; null is an unconditional one.");
        if (!(Dropout is >= 0 and < 1))
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"Dropout lies in [0,1); got {Dropout}."));
        for (int level = 0; level < ChannelMultipliers.Count; level++)
        {
            int channels = ChannelsAt(level);
            if (channels <= 0 || channels % 32 != 0)
            {
                throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                    $"Every level's width must be a positive multiple of 32 (GroupNorm has 32 groups); {ModelChannels} * "
                        + $"{ChannelMultipliers[level]} = {channels} is not."));
            }

            // The middle block, at the last level's width, always has attention.
            bool last = level == ChannelMultipliers.Count - 1, attends = AttentionFactors.Contains(1 << level);
            if (attends || last)
                ValidateHeads(channels, upsampling: false);
            if (attends)
                ValidateHeads(channels, upsampling: true);
        }
    }

    private void ValidateHeads(int channels, bool upsampling)
    {
        if (HeadChannels is { } width)
        {
            if (width < 1 || channels % width != 0)
                throw new ArgumentException($"{channels} channels cannot be cut into heads of {width}.");
        }
        else if (HeadsFor(channels, upsampling) is var heads && (heads < 1 || channels % heads != 0))
        {
            throw new ArgumentException($"{channels} channels cannot be shared by {heads} attention heads.");
        }
    }
}
