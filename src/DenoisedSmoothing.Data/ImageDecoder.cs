using System.Globalization;
using DenoisedSmoothing.Preprocessing;
using SkiaSharp;

namespace DenoisedSmoothing.Data;

/// <summary>
/// Decodes image files to bytes, like the field's loader (torchvision's default: PIL's <c>convert("RGB")</c>): colours as stored, without
/// colour management; orientation tags ignored; alpha dropped, not blended; the first frame of several.
/// </summary>
internal static class ImageDecoder
{
    /// <summary>Decodes a file.</summary>
    /// <param name="file">Its bytes.</param>
    /// <param name="name">What to call it in errors.</param>
    /// <param name="maxPixels">A larger image is refused before memory is allocated for it.</param>
    /// <returns>H x W x 3 bytes, channels interleaved.</returns>
    /// <exception cref="InvalidDataException">It is not an image, or is damaged, incomplete or too large.</exception>
    public static (byte[] Rgb, int Height, int Width) Decode(byte[] file, string name, long maxPixels)
    {
        SkiaLibrary.EnsureAvailable();
        using SKData data = SKData.CreateCopy(file);
        using SKCodec? codec = SKCodec.Create(data);
        if (codec is null)
            throw new InvalidDataException($"{name}: {Instead(file)}");
        (int width, int height) = (codec.Info.Width, codec.Info.Height);
        if ((long)width * height > maxPixels)
        {
            throw new InvalidDataException(string.Create(
                CultureInfo.InvariantCulture, $"{name}: {width}x{height} pixels are more than the {maxPixels} that are read."));
        }

        // Without a target colour space, nothing is converted between colour spaces.
        SKImageInfo target = new(width, height, SKColorType.Rgba8888, SKAlphaType.Unpremul);
        if (target.BytesSize64 > Array.MaxLength)
            throw new InvalidDataException($"{name}: the image is too large.");
        byte[] rgba = new byte[target.BytesSize];
        SKCodecResult result;
        unsafe
        {
            fixed (byte* pixels = rgba)
                result = codec.GetPixels(target, (IntPtr)pixels);
        }

        if (result != SKCodecResult.Success)
            throw new InvalidDataException($"{name}: {Reason(result)}.");
        if (SixteenBitBmp.LargestValues(file) is { } largest)
            SixteenBitBmp.ScaleLikePil(rgba, largest);
        byte[] rgb = new byte[rgba.Length / 4 * 3];
        for (int from = 0, to = 0; from < rgba.Length; from += 4, to += 3)
            (rgb[to], rgb[to + 1], rgb[to + 2]) = (rgba[from], rgba[from + 1], rgba[from + 2]);
        return (rgb, height, width);
    }

    /// <summary>An image's size, from only its header.</summary>
    /// <param name="file">The file from its beginning; not disposed.</param>
    /// <returns>Null where it is not an image that can be read.</returns>
    public static (int Height, int Width)? Size(Stream file)
    {
        SkiaLibrary.EnsureAvailable();
        using SKCodec? codec = SKCodec.Create(file);
        return codec is null ? null : (codec.Info.Height, codec.Info.Width);
    }

    /// <summary>Grey as made by <see cref="GreyStep"/>.</summary>
    /// <param name="rgb">H x W x 3 bytes.</param>
    /// <returns>H x W bytes.</returns>
    public static byte[] Grey(byte[] rgb)
    {
        byte[] grey = new byte[rgb.Length / 3];
        for (int i = 0; i < grey.Length; i++)
            grey[i] = GreyStep.Of(rgb[3 * i], rgb[3 * i + 1], rgb[3 * i + 2]);
        return grey;
    }

    private static string Instead(byte[] file)
    {
        using MemoryStream stream = new(file);
        FileKind? kind = FileKind.Of(stream);
        return kind is null ? "this is not an image of a known format, or its header is damaged."
            : kind == FileKind.Image ? "the image is damaged, or of a format that is not read, such as TIFF. Convert it to PNG."
            : kind.InsteadOf("an image");
    }

    private static string Reason(SKCodecResult result) => result switch
    {
        SKCodecResult.IncompleteInput => "the file ends before the image does",
        SKCodecResult.ErrorInInput => "the image is damaged",
        _ => $"the image cannot be decoded ({result})",
    };
}
