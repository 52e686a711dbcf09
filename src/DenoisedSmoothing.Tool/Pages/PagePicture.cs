using System.Globalization;
using SkiaSharp;

namespace DenoisedSmoothing.Tool;

/// <summary>Images of a data set inside a page.</summary>
internal static class PagePicture
{
    private const int Shown = 112;

    /// <summary>An image as a PNG within the markup, with its pixels unchanged.</summary>
    /// <param name="pixels">[C,H,W] with C 1 or 3; values outside [0,1] are clipped.</param>
    /// <param name="channels">C.</param>
    /// <param name="height">H.</param>
    /// <param name="width">W.</param>
    /// <param name="says">What it is, for readers who cannot see it.</param>
    public static Markup Of(ReadOnlySpan<float> pixels, int channels, int height, int width, string says)
    {
        using SKBitmap bitmap = new(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        int plane = height * width;
        for (int i = 0; i < plane; i++)
        {
            byte red = Byte(pixels[i]);
            bitmap.SetPixel(i % width, i / width, channels == 3
                ? new SKColor(red, Byte(pixels[plane + i]), Byte(pixels[2 * plane + i]))
                : new SKColor(red, red, red));
        }

        using SKData png = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        int shownWidth = Math.Max(1, Shown * width / Math.Max(height, width)), shownHeight =
            Math.Max(1, Shown * height / Math.Max(height, width));
        string source = "data:image/png;base64," + Convert.ToBase64String(png.ToArray());
        return Markup.Of($"<img alt=\"{says}\" width=\"{shownWidth}\" height=\"{shownHeight}\" src=\"{source}\" />");
    }

    /// <summary>A share of success in percent, for a caption.</summary>
    public static string Number(double value, int digits) =>
        (Math.Floor(value * Math.Pow(10, digits)) / Math.Pow(10, digits)).ToString("F" + digits, CultureInfo.InvariantCulture);

    private static byte Byte(float value) => (byte)MathF.Round(255 * Math.Clamp(float.IsNaN(value) ? 0 : value, 0, 1));
}
