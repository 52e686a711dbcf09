using System.Globalization;

namespace DenoisedSmoothing.Models;

/// <summary>The shape of an <see cref="EdmUNet"/>; <see cref="Hub.PretrainedEdm"/> reads it from the weights themselves.</summary>
public sealed record EdmUNetOptions
{
    /// <summary>Which of the two.</summary>
    public EdmArchitecture Architecture { get; init; }

    /// <summary>Height and width that it was trained on (img_resolution), from which the names of its layers are made.</summary>
    public required int Resolution { get; init; }

    /// <summary>Channels of the images.</summary>
    public int Channels { get; init; } = 3;

    /// <summary>Channels of the first convolution.</summary>
    public int ModelChannels { get; init; } = 128;

    /// <summary>Channels of the levels: model_channels times channel_mult.</summary>
    public required IReadOnlyList<int> Widths { get; init; }

    /// <summary>Width of the noise level's sines and cosines: model_channels times channel_mult_noise.</summary>
    public int NoiseChannels { get; init; } = 128;

    /// <summary>Width of the embedding: model_channels times channel_mult_emb.</summary>
    public int EmbeddingChannels { get; init; } = 512;

    /// <summary>Residual blocks per level on the way down; there is one more on the way up (num_blocks).</summary>
    public int Blocks { get; init; } = 4;

    /// <summary>Resolutions with attention (attn_resolutions).</summary>
    public IReadOnlyList<int> AttentionResolutions { get; init; } = [16];

    /// <summary>Whether the noise level is given at random frequencies, as in NCSN++ (embedding_type = fourier).</summary>
    public bool Fourier { get; init; }

    /// <summary>Whether the image is added at every level on the way down, as in NCSN++ (encoder_type = residual).</summary>
    public bool ResidualEncoder { get; init; }

    /// <summary>Taps of the filter that resamples: 2 for [1,1], 4 for [1,3,3,1] (resample_filter).</summary>
    public int FilterTaps { get; init; } = 2;

    /// <summary>Width of the class label (label_dim); 0 for an unconditional network.</summary>
    public int Labels { get; init; }

    /// <summary>Width of the augmentation label (augment_dim), which is zero outside training; 0 where there is none.</summary>
    public int Augments { get; init; } = 9;

    /// <summary>DDPM++ for CIFAR-10 (edm-cifar10-32x32-uncond-vp.pkl): 55,733,891 parameters.</summary>
    public static EdmUNetOptions Cifar10DdpmPlusPlus { get; } = new() { Resolution = 32, Widths = [256, 256, 256] };

    /// <summary>NCSN++ for CIFAR-10 (edm-cifar10-32x32-uncond-ve.pkl): 56,397,827 parameters.</summary>
    public static EdmUNetOptions Cifar10NcsnPlusPlus { get; } = Cifar10DdpmPlusPlus with
    {
        Fourier = true, ResidualEncoder = true, FilterTaps = 4, NoiseChannels = 256,
    };

    internal bool IsSong => Architecture == EdmArchitecture.Song;

    /// <summary>The part of the computed function that the state_dict does not show.</summary>
    internal string Describe() => string.Create(CultureInfo.InvariantCulture, $"EdmUNet({Architecture};labels={Labels})");

    /// <exception cref="ArgumentException">A setting is out of range.</exception>
    internal void Validate()
    {
        if (!Enum.IsDefined(Architecture) || Widths.Count == 0 || Blocks < 1 || Channels < 1 || Labels < 0 || Augments < 0
            || EmbeddingChannels < 1 || ModelChannels < 4 || Widths.Any(static width => width < 4) || NoiseChannels < 4
            || NoiseChannels % 2 != 0)
            throw new ArgumentException("An EdmUNet needs channels, at least one level and at least one block per level.");
        if (Resolution < 1 || Resolution >> (Widths.Count - 1) << (Widths.Count - 1) != Resolution)
            throw new ArgumentException($"A resolution of {Resolution} cannot be halved {Widths.Count - 1} times.");
        if (FilterTaps is not (2 or 4))
            throw new ArgumentException($"The resampling filter has 2 or 4 taps, not {FilterTaps}.");
        if (!IsSong && (Fourier || ResidualEncoder || FilterTaps != 2))
            throw new ArgumentException("Fourier embeddings, residual encoders and longer filters are SongUNet's.");
        foreach (int channels in Widths.Append(ModelChannels))
        {
            if (channels % Groups(channels) != 0)
                throw new ArgumentException($"{channels} channels cannot be normed in {Groups(channels)} groups.");
        }
    }

    /// <summary>Groups of a norm: 32, but at least four channels each.</summary>
    internal static int Groups(int channels) => Math.Min(32, channels / 4);
}
