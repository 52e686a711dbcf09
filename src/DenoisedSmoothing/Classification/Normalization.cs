using System.Globalization;

namespace DenoisedSmoothing.Classification;

/// <summary>Per-channel normalisation (x - mean) / std of pixels in [0,1], that a network was trained with.</summary>
public sealed class Normalization
{
    /// <summary>Creates a normalisation.</summary>
    /// <param name="mean">One value per channel, in [0,1].</param>
    /// <param name="std">One value per channel, above 0 and at most 1: 1 where only the mean is subtracted.</param>
    /// <exception cref="ArgumentException">The lengths differ, or a value is outside its range, as for pixels from 0 to 255.</exception>
    public Normalization(IReadOnlyList<float> mean, IReadOnlyList<float> std)
    {
        ArgumentNullException.ThrowIfNull(mean);
        ArgumentNullException.ThrowIfNull(std);
        if (mean.Count == 0 || mean.Count != std.Count || std.Any(value => !(value > 0) || float.IsInfinity(value))
            || mean.Any(value => !float.IsFinite(value)))
            throw new ArgumentException(
                $"A normalisation needs one finite mean and one positive std per channel; got means [{Join(", ", mean)}] and stds "
                + $"[{Join(", ", std)}].");
        if (mean.Any(value => value is < 0 or > 1) || std.Any(value => value > 1))
        {
            throw new ArgumentException(
                $"Pixels are in [0,1], so a mean lies in [0,1] and a std is at most 1; got means [{Join(", ", mean)}] and stds "
                    + $"[{Join(", ", std)}]. "
                + "If they are for pixels from 0 to 255, divide them by 255.");
        }

        (Mean, Std) = ([.. mean], [.. std]);
    }

    /// <summary>Means by channel.</summary>
    public IReadOnlyList<float> Mean { get; }

    /// <summary>Standard deviations by channel.</summary>
    public IReadOnlyList<float> Std { get; }

    /// <summary>mean = std = .5: from [0,1] to [-1,1], as for the paper's ViT and BEiT.</summary>
    public static Normalization ToSymmetric { get; } = new([.5f, .5f, .5f], [.5f, .5f, .5f]);

    /// <summary>CIFAR-10 as normalised by Cohen et al. and Salman et al. (their std differs from that of torchvision examples).</summary>
    public static Normalization CohenCifar10 { get; } = new([.4914f, .4822f, .4465f], [.2023f, .1994f, .2010f]);

    /// <summary>ImageNet as normalised by torchvision.</summary>
    public static Normalization ImageNet { get; } = new([.485f, .456f, .406f], [.229f, .224f, .225f]);

    /// <summary>The values, for fingerprints.</summary>
    public override string ToString() => $"mean={Join("/", Mean)} std={Join("/", Std)}";

    // string.Join would write the numbers in the user's culture, but a fingerprint must be the same everywhere.
    private static string Join(string separator, IEnumerable<float> values) =>
        string.Join(separator, values.Select(value => value.ToString(CultureInfo.InvariantCulture)));
}
