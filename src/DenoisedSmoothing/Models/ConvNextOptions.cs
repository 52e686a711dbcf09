using System.Globalization;

namespace DenoisedSmoothing.Models;

/// <summary>The shape of a <see cref="ConvNext"/>.</summary>
public sealed record ConvNextOptions
{
    /// <summary>Blocks in each stage.</summary>
    public required IReadOnlyList<int> Depths { get; init; }

    /// <summary>Channels of each stage, as many as there are depths.</summary>
    public required IReadOnlyList<int> Widths { get; init; }

    /// <summary>Whether blocks end with a learned scale for each channel (version 1).</summary>
    /// <value>true.</value>
    public bool LayerScale { get; init; } = true;

    /// <summary>Whether blocks have a global response normalisation inside (version 2).</summary>
    public bool ResponseNormalization { get; init; }

    /// <summary>Height and width of a patch in pixels.</summary>
    /// <value>4.</value>
    public int PatchSize { get; init; } = 4;

    /// <summary>Channels of the image, C.</summary>
    /// <value>3.</value>
    public int InChannels { get; init; } = 3;

    /// <summary>
    /// Epsilon of the last norm: 1e-6 in torchvision and timm, layer_norm_eps (1e-12) in Hugging Face's. The others have 1e-6 everywhere.
    /// </summary>
    /// <value>1e-6.</value>
    public double HeadEpsilon { get; init; } = 1e-6;

    /// <summary>Classes K, at least 2.</summary>
    /// <value>1000.</value>
    public int ClassCount { get; init; } = 1000;

    /// <summary>ConvNeXt-T: 28,589,128 parameters with 1000 classes.</summary>
    public static ConvNextOptions Tiny { get; } = new() { Depths = [3, 3, 9, 3], Widths = [96, 192, 384, 768] };

    /// <summary>ConvNeXt-S: 50,223,688 parameters with 1000 classes.</summary>
    public static ConvNextOptions Small { get; } = Tiny with { Depths = [3, 3, 27, 3] };

    /// <summary>ConvNeXt-B: 88,591,464 parameters with 1000 classes.</summary>
    public static ConvNextOptions Base { get; } = Small with { Widths = [128, 256, 512, 1024] };

    /// <summary>ConvNeXt-L: 197,767,336 parameters with 1000 classes.</summary>
    public static ConvNextOptions Large { get; } = Small with { Widths = [192, 384, 768, 1536] };

    /// <summary>The part of the computed function that the state_dict does not show.</summary>
    internal string Describe() => string.Create(CultureInfo.InvariantCulture, $"ConvNext(eps={HeadEpsilon})");

    /// <summary>How many parameters the network has.</summary>
    internal Int128 ParameterCount
    {
        get
        {
            Int128 count = ((Int128)InChannels * PatchSize * PatchSize + 3) * Widths[0] + ((Int128)Widths[^1] + 1) * ClassCount
                + 2 * Widths[^1];
            for (int stage = 0; stage < Depths.Count; stage++)
            {
                Int128 width = Widths[stage], from = stage == 0 ? 0 : Widths[stage - 1];
                Int128 block = (57 + (LayerScale ? 1 : 0) + (ResponseNormalization ? 8 : 0)) * width + 8 * width * width;
                count += Depths[stage] * block + (stage == 0 ? 0 : 2 * from + 4 * from * width + width);
            }

            return count;
        }
    }

    internal void Validate()
    {
        if (Depths.Count == 0 || Depths.Count != Widths.Count || Depths.Any(depth => depth < 1) || Widths.Any(width => width < 1))
            throw new ArgumentException(
                $"A ConvNeXt has as many widths as depths, each at least 1; got {Depths.Count} depths and {Widths.Count} widths.");
        ArgumentOutOfRangeException.ThrowIfLessThan(PatchSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(InChannels, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(ClassCount, 2);
        if (!(HeadEpsilon > 0))
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                $"The last norm's epsilon must be above 0; got {HeadEpsilon}."));
    }
}
