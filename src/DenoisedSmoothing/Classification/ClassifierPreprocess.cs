using System.Globalization;
using DenoisedSmoothing.Preprocessing;

namespace DenoisedSmoothing.Classification;

/// <summary>
/// What a classifier wants done to denoised images before its own mean and std: grey, then resized, then cut. It is part of the certified
/// classifier, unlike <see cref="ImagePreprocess"/>, which makes the certified image.
/// </summary>
public sealed record ClassifierPreprocess
{
    /// <summary>
    /// Whether three channels become one: 0.299 red, 0.587 green, 0.114 blue (ITU-R 601-2, like PIL's and torchvision's grey).
    /// </summary>
    public bool Grey { get; init; }

    /// <summary>Height and width to resize to, which may change the proportions. Null for none.</summary>
    public (int Height, int Width)? Resize { get; init; }

    /// <summary>The length that the shorter side is resized to, with proportions kept; null for none.</summary>
    public int? ShorterSide { get; init; }

    /// <summary>Height and width to cut out of the middle; null for none.</summary>
    public (int Height, int Width)? Crop { get; init; }

    /// <summary>How images are resized.</summary>
    /// <value>Bicubic unless set.</value>
    public Resampling Resampling { get; init; } = Resampling.Bicubic;

    /// <summary>The steps in their order, for fingerprints.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{(Grey ? "grey;" : "")}{(Resize is { } size ? $"resize={size.Height}x{size.Width} {Resampling};" : "")}"
        + $"{(ShorterSide is { } side ? $"shorter={side} {Resampling};" : "")}"
        + $"{(Crop is { } cut ? $"crop={cut.Height}x{cut.Width};" : "")}");

    /// <summary>The size of the resulting image.</summary>
    /// <exception cref="ArgumentException">It is smaller than the crop.</exception>
    internal (int Height, int Width) SizeOf(int height, int width)
    {
        (int Height, int Width) resized = ResizedSize(height, width);
        if (Crop is { } cut && (cut.Height > resized.Height || cut.Width > resized.Width))
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                $"A denoised image of {resized.Height}x{resized.Width} is too small for a crop of {cut.Height}x{cut.Width}. "
                + $"Resize it first."));
        return Crop ?? resized;
    }

    internal (int Height, int Width) ResizedSize(int height, int width)
    {
        if (ShorterSide is not { } side)
            return Resize ?? (height, width);
        // Rounds the longer side down, as torchvision does.
        return height <= width ? (side, (int)((long)side * width / height)) : ((int)((long)side * height / width), side);
    }

    /// <exception cref="ArgumentException">A size is below 1, both sizes are given, or the resampling is none of the two.</exception>
    internal void Validate()
    {
        if (Resize is { } size && (size.Height < 1 || size.Width < 1) || ShorterSide < 1
            || Crop is { } cut && (cut.Height < 1 || cut.Width < 1))
            throw new ArgumentException("Sizes to resize to or to cut are at least 1x1.");
        if (Resize is not null && ShorterSide is not null)
            throw new ArgumentException("Either Resize or ShorterSide says the size.");
        if (Resampling is not (Resampling.Bilinear or Resampling.Bicubic))
            throw new ArgumentException("Resampling is bilinear or bicubic.");
    }
}
