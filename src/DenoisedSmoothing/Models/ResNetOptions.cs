using System.Globalization;

namespace DenoisedSmoothing.Models;

/// <summary>The shape of a <see cref="ResNet"/>; the defaults are ResNet-50's.</summary>
public sealed record ResNetOptions
{
    /// <summary>Blocks in each of the four stages.</summary>
    /// <value>3, 4, 6, 3.</value>
    public IReadOnlyList<int> Depths { get; init; } = [3, 4, 6, 3];

    /// <summary>Output channels of each of the four stages.</summary>
    /// <value>256, 512, 1024, 2048.</value>
    public IReadOnlyList<int> Widths { get; init; } = [256, 512, 1024, 2048];

    /// <summary>Whether a block is a bottleneck of three convolutions, 1x1, 3x3 and 1x1, or a basic one of two, 3x3 each.</summary>
    /// <value>true.</value>
    public bool Bottleneck { get; init; } = true;

    /// <summary>How many times narrower a bottleneck is inside than outside; basic blocks are equally wide inside.</summary>
    /// <value>4; 2 for Wide ResNet-50-2 and ResNeXt-50 (32x4d), 1 for ResNeXt-101 (32x8d).</value>
    public int Reduction { get; init; } = 4;

    /// <summary>Groups of a bottleneck's 3x3 convolution. The weights' shapes show it.</summary>
    /// <value>1.</value>
    public int Groups { get; init; } = 1;

    /// <summary>Channels after the first convolution.</summary>
    /// <value>64.</value>
    public int StemWidth { get; init; } = 64;

    /// <summary>Channels of the image, C.</summary>
    /// <value>3.</value>
    public int InChannels { get; init; } = 3;

    /// <summary>
    /// Whether the first stage halves the image too (Hugging Face's downsample_in_first_stage). The weights do not show it where the stage
    /// widens.
    /// </summary>
    public bool DownsampleInFirstStage { get; init; }

    /// <summary>
    /// Whether a bottleneck halves the image in its first convolution, as in He et al. (Hugging Face's downsample_in_bottleneck), or in its
    /// second, as in torchvision and timm. The weights do not show it.
    /// </summary>
    public bool StrideInFirstConvolution { get; init; }

    /// <summary>Classes K, at least 2.</summary>
    /// <value>1000.</value>
    public int ClassCount { get; init; } = 1000;

    /// <summary>ResNet-18: 11,689,512 parameters with 1000 classes.</summary>
    public static ResNetOptions ResNet18 { get; } = new() { Depths = [2, 2, 2, 2], Widths = [64, 128, 256, 512], Bottleneck = false };

    /// <summary>ResNet-34: 21,797,672 parameters with 1000 classes.</summary>
    public static ResNetOptions ResNet34 { get; } = ResNet18 with { Depths = [3, 4, 6, 3] };

    /// <summary>ResNet-50: 25,557,032 parameters with 1000 classes.</summary>
    public static ResNetOptions ResNet50 { get; } = new();

    /// <summary>ResNet-101: 44,549,160 parameters with 1000 classes.</summary>
    public static ResNetOptions ResNet101 { get; } = new() { Depths = [3, 4, 23, 3] };

    /// <summary>ResNet-152: 60,192,808 parameters with 1000 classes.</summary>
    public static ResNetOptions ResNet152 { get; } = new() { Depths = [3, 8, 36, 3] };

    /// <summary>Wide ResNet-50-2 (Zagoruyko and Komodakis 2016): 68,883,240 parameters with 1000 classes.</summary>
    public static ResNetOptions WideResNet50 { get; } = new() { Reduction = 2 };

    /// <summary>Wide ResNet-101-2: 126,886,696 parameters with 1000 classes.</summary>
    public static ResNetOptions WideResNet101 { get; } = ResNet101 with { Reduction = 2 };

    /// <summary>ResNeXt-50 32x4d (Xie et al. 2017): 25,028,904 parameters with 1000 classes.</summary>
    public static ResNetOptions ResNeXt50 { get; } = new() { Reduction = 2, Groups = 32 };

    /// <summary>ResNeXt-101 32x8d: 88,791,336 parameters with 1000 classes.</summary>
    public static ResNetOptions ResNeXt101 { get; } = ResNet101 with { Reduction = 1, Groups = 32 };

    /// <summary>The part of the computed function that the state_dict may not show.</summary>
    internal string Describe() => "ResNet"
        + (DownsampleInFirstStage ? "(first stage halves)" : "") + (StrideInFirstConvolution ? "(stride first)" : "");

    /// <summary>How many parameters the network has.</summary>
    internal Int128 ParameterCount
    {
        get
        {
            Int128 count = (49 * (Int128)InChannels + 2) * StemWidth + ((Int128)Widths[3] + 1) * ClassCount;
            for (int stage = 0, from = StemWidth; stage < 4; from = Widths[stage], stage++)
            {
                Int128 width = Widths[stage], inside = width / Reduction;
                Int128 tail = Bottleneck ? 2 * inside + 9 * inside * inside / Groups + 2 * inside + (inside + 2) * width
                    : 2 * width + 9 * width * width + 2 * width;
                Int128 perChannel = Bottleneck ? inside : 9 * width;
                bool widens = from != width || stage > 0 || DownsampleInFirstStage;
                count += Depths[stage] * tail + perChannel * (from + (Depths[stage] - 1) * width) + (widens ? (from + 2) * width : 0);
            }

            return count;
        }
    }

    internal void Validate()
    {
        if (Depths.Count != 4 || Widths.Count != 4 || Depths.Any(depth => depth < 1) || Widths.Any(width => width < 1))
        {
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                $"A ResNet has four stages of at least one block and one channel; got {Depths.Count} depths and {Widths.Count} widths, the "
                + $"least of them {Depths.Concat(Widths).DefaultIfEmpty(0).Min()}."));
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(StemWidth, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(InChannels, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(ClassCount, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(Reduction, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Groups, 1);
        if (Bottleneck && Widths.Any(width => width % Reduction != 0 || width / Reduction % Groups != 0))
            throw new ArgumentException(
                $"The widths {string.Join(", ", Widths)} cannot be made {Reduction} times narrower in {Groups} group"
                + $"{(Groups == 1 ? "" : "s")}.");
    }
}
