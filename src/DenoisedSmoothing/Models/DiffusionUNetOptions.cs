namespace DenoisedSmoothing;

/// <summary>The shape of a <see cref="DiffusionUNet"/>: the flags of improved-diffusion and guided-diffusion, under their names.</summary>
public sealed record DiffusionUNetOptions
{
    /// <summary>Channels of the image, C.</summary>
    /// <value>3.</value>
    public int InChannels { get; init; } = 3;

    /// <summary>Channels of the result: C for the noise alone, 2C where the variance was learned too.</summary>
    /// <value>6.</value>
    public int OutChannels { get; init; } = 6;

    /// <summary>Base width; every level's width must be a multiple of 32 (GroupNorm has 32 groups).</summary>
    public required int ModelChannels { get; init; }

    /// <summary>Width of each level as a multiple of <see cref="ModelChannels"/>; each further level halves the resolution.</summary>
    public required IReadOnlyList<int> ChannelMultipliers { get; init; }

    /// <summary>Residual blocks a level on the way down (one more on the way up).</summary>
    public required int ResidualBlocks { get; init; }

    /// <summary>Downsampling factors (1, 2, 4 ...) at which attention follows each residual block: image size over the flag's resolution.</summary>
    public IReadOnlyList<int> AttentionFactors { get; init; } = [];

    /// <summary>Attention heads, where <see cref="HeadChannels"/> is not given.</summary>
    /// <value>4.</value>
    public int Heads { get; init; } = 4;

    /// <summary>Channels a head (guided-diffusion's num_head_channels); overrides <see cref="Heads"/>.</summary>
    public int? HeadChannels { get; init; }

    /// <summary>Whether the time embedding scales and shifts after the second norm (FiLM) instead of being added before it.</summary>
    /// <value>true.</value>
    public bool ScaleShiftNorm { get; init; } = true;

    /// <summary>Whether residual blocks do the resampling (guided-diffusion's resblock_updown) instead of strided convolutions.</summary>
    public bool ResBlockUpDown { get; init; }

    /// <summary>Whether q, k and v are split before the heads (guided-diffusion's use_new_attention_order).</summary>
    public bool NewAttentionOrder { get; init; }

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

    internal int HeadsFor(int channels) => HeadChannels is { } width ? channels / width : Heads;

    internal void Validate()
    {
        if (ChannelMultipliers.Count == 0 || ResidualBlocks < 1 || InChannels < 1 || OutChannels < 1)
            throw new ArgumentException("A DiffusionUNet needs channels, at least one level and at least one residual block a level.");
        foreach (int multiplier in ChannelMultipliers)
        {
            int channels = ModelChannels * multiplier;
            if (channels <= 0 || channels % 32 != 0)
                throw new ArgumentException($"Every level's width must be a positive multiple of 32 (GroupNorm has 32 groups); {ModelChannels} * {multiplier} = {channels} is not.");
            if (HeadsFor(channels) < 1 || channels % HeadsFor(channels) != 0)
                throw new ArgumentException($"{channels} channels cannot be shared by {HeadsFor(channels)} attention heads.");
        }
    }
}
