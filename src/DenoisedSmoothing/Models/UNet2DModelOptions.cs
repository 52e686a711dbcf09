using System.Globalization;

namespace DenoisedSmoothing.Models;

/// <summary>
/// The shape of a <see cref="UNet2DModel"/>: the settings of diffusers' config.json, with diffusers' defaults where there are any.
/// </summary>
/// <remarks>Immutable, and checked when a network is built from it.</remarks>
public sealed record UNet2DModelOptions
{
    /// <summary>Channels of the images (in_channels).</summary>
    public int InChannels { get; init; } = 3;

    /// <summary>Channels of the output (out_channels): those of the images, or twice as many where the variance was learned.</summary>
    public int OutChannels { get; init; } = 3;

    /// <summary>Whether the input is multiplied by 2, minus 1 (center_input_sample).</summary>
    public bool CenterInput { get; init; }

    /// <summary>How the timestep is given (time_embedding_type).</summary>
    public UNet2DTimeEmbedding TimeEmbedding { get; init; }

    /// <summary>What is subtracted from the number of frequencies in the exponents' denominator (freq_shift), for positional
    /// embeddings.</summary>
    public double FrequencyShift { get; init; }

    /// <summary>Whether cosines come before sines (flip_sin_to_cos), for positional embeddings.</summary>
    public bool FlipSinToCos { get; init; } = true;

    /// <summary>What the levels on the way down consist of (down_block_types).</summary>
    public required IReadOnlyList<UNet2DBlockType> DownBlocks { get; init; }

    /// <summary>What the levels on the way up consist of, the coarsest first (up_block_types).</summary>
    public required IReadOnlyList<UNet2DBlockType> UpBlocks { get; init; }

    /// <summary>Widths of the levels (block_out_channels).</summary>
    public required IReadOnlyList<int> BlockChannels { get; init; }

    /// <summary>Residual blocks per level on the way down; there is one more on the way up (layers_per_block).</summary>
    public int LayersPerBlock { get; init; } = 2;

    /// <summary>Whether there is a middle block (mid_block_type).</summary>
    public bool MidBlock { get; init; } = true;

    /// <summary>Whether the middle block has attention (add_attention).</summary>
    public bool MidAttention { get; init; } = true;

    /// <summary>What sums in the middle block are divided by (mid_block_scale_factor).</summary>
    public double MidScaleFactor { get; init; } = 1;

    /// <summary>Groups of the norm before the middle block's attention (attn_norm_num_groups); null for <see cref="NormGroups"/>, and for
    /// no norm where <see cref="ScaleShift"/> is set.</summary>
    public int? MidAttentionNormGroups { get; init; }

    /// <summary>
    /// Padding of convolutions that halve the resolution: 1, or 0 for only a row below and a column on the right (downsample_padding).
    /// </summary>
    public int DownsamplePadding { get; init; } = 1;

    /// <summary>Whether levels with attention halve the resolution in a residual block rather than by a convolution
    /// (downsample_type).</summary>
    public bool ResnetDownsample { get; init; }

    /// <summary>Whether levels with attention double the resolution in a residual block rather than before a convolution
    /// (upsample_type).</summary>
    public bool ResnetUpsample { get; init; }

    /// <summary>Dropout inside residual blocks, in training only, in [0,1).</summary>
    public double Dropout { get; init; }

    /// <summary>Channels of an attention head (attention_head_dim); null for a single head.</summary>
    public int? AttentionHeadDim { get; init; } = 8;

    /// <summary>Groups of the norms (norm_num_groups).</summary>
    public int NormGroups { get; init; } = 32;

    /// <summary>What norms add to variances (norm_eps).</summary>
    public double NormEpsilon { get; init; } = 1e-5;

    /// <summary>Whether the time scales and shifts the second norm of a residual block, rather than being added before it
    /// (resnet_time_scale_shift = "scale_shift").</summary>
    public bool ScaleShift { get; init; }

    /// <summary>The network of google/ddpm-cifar10-32 (Ho et al. 2020): 35,746,307 parameters.</summary>
    public static UNet2DModelOptions DdpmCifar10 { get; } = new()
    {
        DownBlocks = [UNet2DBlockType.Plain, UNet2DBlockType.Attention, UNet2DBlockType.Plain, UNet2DBlockType.Plain],
        UpBlocks = [UNet2DBlockType.Plain, UNet2DBlockType.Plain, UNet2DBlockType.Attention, UNet2DBlockType.Plain],
        BlockChannels = [128, 256, 256, 256],
        AttentionHeadDim = null,
        DownsamplePadding = 0,
        FlipSinToCos = false,
        FrequencyShift = 1,
        NormEpsilon = 1e-6,
    };

    /// <summary>Groups of the norm before the middle block's attention; null for no norm.</summary>
    internal int? MidAttentionGroups => MidAttentionNormGroups ?? (ScaleShift ? null : NormGroups);

    internal int EmbeddingWidth => 4 * BlockChannels[0];

    /// <summary>The part of the computed function that the state_dict does not show.</summary>
    internal string Describe() => string.Create(CultureInfo.InvariantCulture,
        $"UNet2DModel(head={AttentionHeadDim};groups={NormGroups}/{MidAttentionGroups};eps={NormEpsilon:R};mid={MidScaleFactor:R};"
        + $"pad={DownsamplePadding};time={TimeEmbedding}/{FrequencyShift:R}/{FlipSinToCos};shift={ScaleShift};centred={CenterInput})");

    /// <exception cref="ArgumentException">A setting is out of range.</exception>
    internal void Validate()
    {
        int levels = BlockChannels.Count;
        if (levels == 0 || DownBlocks.Count != levels || UpBlocks.Count != levels)
            throw new ArgumentException(
                $"A UNet2DModel has as many levels down and up as widths, and at least one; got {DownBlocks.Count} down, {UpBlocks.Count} "
                    + $"up and {levels} widths.");
        if (InChannels < 1 || OutChannels < 1 || LayersPerBlock < 1 || NormGroups < 1 || BlockChannels.Any(c => c < 2))
            throw new ArgumentException("A UNet2DModel needs channels, groups and at least one residual block per level.");
        if (DownBlocks.Concat(UpBlocks).Any(block => !Enum.IsDefined(block)) || !Enum.IsDefined(TimeEmbedding))
            throw new ArgumentException("A block or the time embedding is of no known kind.");
        if (DownsamplePadding is not (0 or 1))
            throw new ArgumentException($"The padding of convolutions that halve the resolution is 0 or 1, not {DownsamplePadding}.");
        if (!(NormEpsilon > 0 && double.IsFinite(NormEpsilon)) || !(MidScaleFactor > 0 && double.IsFinite(MidScaleFactor))
            || !double.IsFinite(FrequencyShift) || !(Dropout is >= 0 and < 1))
            throw new ArgumentException(
                "A UNet2DModel's epsilon and scale factor are finite and above 0, its frequency shift is finite, its dropout in [0,1).");
        if (TimeEmbedding == UNet2DTimeEmbedding.Positional && !(BlockChannels[0] / 2 > FrequencyShift))
            throw new ArgumentException("The frequency shift must be below half of the first level's width.");
        foreach (int channels in BlockChannels)
            ValidateWidth(channels);
    }

    private void ValidateWidth(int channels)
    {
        if (channels % NormGroups != 0)
            throw new ArgumentException($"{channels} channels cannot be normed in {NormGroups} groups.");
        if (AttentionHeadDim is { } head && (head < 1 || channels % head != 0) && HasAttention(channels))
            throw new ArgumentException($"{channels} channels cannot be cut into attention heads of {head}.");
        if (MidAttentionNormGroups is { } groups && (groups < 1 || BlockChannels[^1] % groups != 0))
            throw new ArgumentException($"{BlockChannels[^1]} channels cannot be normed in {groups} groups.");
    }

    private bool HasAttention(int channels)
    {
        int levels = BlockChannels.Count;
        return MidBlock && MidAttention && BlockChannels[^1] == channels
            || Enumerable.Range(0, levels).Any(level => BlockChannels[level] == channels
                && (DownBlocks[level] == UNet2DBlockType.Attention || UpBlocks[levels - 1 - level] == UNet2DBlockType.Attention));
    }
}
