using SkiaSharp;

namespace DenoisedSmoothing.Tool;

/// <summary>Draws columns of images: the name over each, frames in green and red.</summary>
internal static class PictureGrid
{
    private const int Frame = 4, Gap = 6, Caption = 22, FontSize = 13, ImageHeight = 96;

    public static void Save(string path, IReadOnlyList<GridColumn> columns, IReadOnlyList<int> labels, int? chosenScale)
    {
        int height = columns[0].Height, width = columns[0].Width, scale = chosenScale ?? Math.Max(1, ImageHeight / height);
        int cellWidth = width * scale + 2 * Frame + Gap, cellHeight = height * scale + 2 * Frame + Gap;
        using SKBitmap bitmap = new(columns.Count * cellWidth + Gap, Caption + labels.Count * cellHeight + Gap);
        using (SKCanvas canvas = new(bitmap))
        using (SKFont font = new(EmbeddedFont.Typeface, FontSize))
        using (SKPaint ink = new() { Color = SKColors.Black, IsAntialias = true })
        {
            canvas.Clear(SKColors.White);
            for (int c = 0; c < columns.Count; c++)
            {
                GridColumn column = columns[c];
                int left = Gap + c * cellWidth;
                canvas.DrawText(column.Name, left + cellWidth / 2f - Gap / 2f, Caption - 6, SKTextAlign.Center, font, ink);
                for (int row = 0; row < labels.Count; row++)
                {
                    SKColor frame = column.Predicted is null
                        ? SKColors.White
                        : column.Predicted[row] == labels[row]
                        ? SKColors.ForestGreen
                        : SKColors.Crimson;
                    Draw(canvas, column, row, scale, left, Caption + row * cellHeight, frame);
                }
            }
        }

        using SKData png = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        using FileStream file = File.Create(path);
        png.SaveTo(file);
    }

    private static void Draw(SKCanvas canvas, GridColumn column, int row, int scale, int left, int top, SKColor frame)
    {
        int plane = column.Height * column.Width;
        ReadOnlySpan<float> pixels = column.Pixels.AsSpan(row * column.Channels * plane, column.Channels * plane);
        using SKPaint paint = new() { Color = frame };
        canvas.DrawRect(left, top, column.Width * scale + 2 * Frame, column.Height * scale + 2 * Frame, paint);
        using SKBitmap image = new(column.Width, column.Height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        for (int i = 0; i < plane; i++)
        {
            byte red = Byte(pixels[i]);
            image.SetPixel(i % column.Width, i / column.Width, column.Channels == 1
                ? new SKColor(red, red, red)
                : new SKColor(red, Byte(pixels[plane + i]), Byte(pixels[2 * plane + i])));
        }

        SKRect place = SKRect.Create(left + Frame, top + Frame, column.Width * scale, column.Height * scale);
        using SKImage drawn = SKImage.FromBitmap(image);
        canvas.DrawImage(drawn, place, new SKSamplingOptions(SKFilterMode.Nearest));
    }

    private static byte Byte(float value) => (byte)MathF.Round(255 * value);
}
