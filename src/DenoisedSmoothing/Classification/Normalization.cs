using System.Globalization;

namespace DenoisedSmoothing.Classification;

/// <summary>Per-channel normalisation (x - mean) / std of pixels in [0,1], as a network was trained with.</summary>
public sealed class Normalization
{
    /// <summary>Creates a normalisation.</summary>
    /// <param name="mean">One value a channel.</param>
    /// <param name="std">One positive value a channel.</param>
    /// <exception cref="ArgumentException">The lengths differ, a std is not positive, or a value is not finite.</exception>
    public Normalization(IReadOnlyList<float> mean, IReadOnlyList<float> std)
    {
        ArgumentNullException.ThrowIfNull(mean);
        ArgumentNullException.ThrowIfNull(std);
        if (mean.Count == 0 || mean.Count != std.Count || std.Any(value => !(value > 0) || float.IsInfinity(value)) || mean.Any(value => !float.IsFinite(value)))
            throw new ArgumentException($"A normalisation needs one finite mean and one positive std a channel; got means [{Join(", ", mean)}] and stds [{Join(", ", std)}].");
        (Mean, Std) = ([.. mean], [.. std]);
    }

    /// <summary>Means by channel.</summary>
    public IReadOnlyList<float> Mean { get; }

    /// <summary>Standard deviations by channel.</summary>
    public IReadOnlyList<float> Std { get; }

    /// <summary>mean = std = .5: from [0,1] to [-1,1], as the paper's ViT and BEiT take it.</summary>
    public static Normalization ToSymmetric { get; } = new([.5f, .5f, .5f], [.5f, .5f, .5f]);

    /// <summary>CIFAR-10 as Cohen et al. and Salman et al. normalise (their std differs from torchvision examples').</summary>
    public static Normalization CohenCifar10 { get; } = new([.4914f, .4822f, .4465f], [.2023f, .1994f, .2010f]);

    /// <summary>ImageNet as torchvision normalises.</summary>
    public static Normalization ImageNet { get; } = new([.485f, .456f, .406f], [.229f, .224f, .225f]);

    /// <summary>The values, for fingerprints.</summary>
    public override string ToString() => $"mean={Join("/", Mean)} std={Join("/", Std)}";

    // string.Join would write the numbers as the user's language does, and a fingerprint must be the same everywhere.
    private static string Join(string separator, IEnumerable<float> values) =>
        string.Join(separator, values.Select(value => value.ToString(CultureInfo.InvariantCulture)));
}
