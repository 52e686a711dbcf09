using SkiaSharp;

namespace DenoisedSmoothing.AspNetCore.Tests;

/// <summary>Image files for requests.</summary>
internal static class Pictures
{
    public static byte[] Png(int width, int height, byte grey, SKEncodedImageFormat format = SKEncodedImageFormat.Png)
    {
        using SKBitmap bitmap = new(width, height);
        bitmap.Erase(new SKColor(grey, grey, grey));
        using SKData data = bitmap.Encode(format, 95);
        return data.ToArray();
    }
}
