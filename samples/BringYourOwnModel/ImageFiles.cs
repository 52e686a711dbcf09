using DenoisedSmoothing;
using SkiaSharp;
using TorchSharp;

namespace BringYourOwnModel;

internal sealed record NamedImage(string Name, torch.Tensor Pixels);

/// <summary>Images from a folder, or the ones that the library carries.</summary>
internal static class ImageFiles
{
    private static readonly string[] s_extensions = [".png", ".jpg", ".jpeg"];

    public static IReadOnlyList<NamedImage> Read(ModelOptions options)
    {
        if (options.Images is not { } folder)
        {
            LabeledImages test = FashionMnistPair.TestImages();
            return [.. Enumerable.Range(0, Math.Min(options.First, test.Count)).Select(i => new NamedImage($"test image {i} ({test.ClassNames[test.Label(i)]})", test.Image(i)))];
        }

        string[] paths =
        [
            .. Directory.EnumerateFiles(folder).Where(path => s_extensions.Contains(Path.GetExtension(path).ToLowerInvariant()))
                .Order(StringComparer.Ordinal).Take(options.First),
        ];
        return paths.Length > 0
            ? [.. paths.Select(path => new NamedImage(Path.GetFileName(path), Read(path, options.Grey)))]
            : throw new ArgumentException($"There is no PNG or JPEG image in '{folder}'.");
    }

    private static torch.Tensor Read(string path, bool grey)
    {
        using SKBitmap decoded = SKBitmap.Decode(path) ?? throw new InvalidDataException($"{path} is no image that can be read.");
        // Straight colours: an image with transparency is certified as its colours say.
        using SKBitmap pixels = new(decoded.Width, decoded.Height, grey ? SKColorType.Gray8 : SKColorType.Rgba8888, grey ? SKAlphaType.Opaque : SKAlphaType.Unpremul);
        if (!decoded.ScalePixels(pixels, SKSamplingOptions.Default))
            throw new InvalidDataException($"{path} cannot be converted to {(grey ? "grey" : "RGB")}.");
        ReadOnlySpan<byte> bytes = pixels.GetPixelSpan();
        if (grey)
            return ImageTensors.FromHwcBytes(bytes, pixels.Height, pixels.Width, channels: 1);
        byte[] rgb = new byte[bytes.Length / 4 * 3];
        for (int i = 0; i < rgb.Length / 3; i++)
            bytes.Slice(4 * i, 3).CopyTo(rgb.AsSpan(3 * i));
        return ImageTensors.FromHwcBytes(rgb, pixels.Height, pixels.Width);
    }
}
