using DenoisedSmoothing;
using DenoisedSmoothing.Data;
using DenoisedSmoothing.Noise;
using SkiaSharp;
using TorchSharp;

namespace Quickstart;

/// <summary>
/// Rows of clean, noisy and denoised images; the denoised ones framed green where the classifier gets them right, red where not.
/// </summary>
internal static class PictureGrid
{
    private const int Scale = 3, Frame = 4, Gap = 6, Caption = 78;

    public static void Save(string path, FashionMnistPair pair, LabeledImages images, double sigma, ulong seed, int columns)
    {
        using var scope = torch.NewDisposeScope();
        using var inference = torch.inference_mode();
        torch.Tensor clean = images.Images([.. Enumerable.Range(0, columns)]);
        torch.Tensor noisy = clean.clone();
        for (int i = 0; i < columns; i++)
            noisy[i].copy_(Noisy(clean[i], sigma, seed, i));
        torch.Tensor denoised = pair.Denoiser.Denoise(noisy, new NoiseContext(sigma));
        long[] predicted = pair.Classifier.Classify(denoised).argmax(1).data<long>().ToArray();

        int cellWidth = images.Width * Scale + 2 * Frame + Gap, cellHeight = images.Height * Scale + 2 * Frame + Gap;
        using SKBitmap bitmap = new(Caption + columns * cellWidth + Gap, 3 * cellHeight + Gap);
        using (SKCanvas canvas = new(bitmap))
        using (SKFont font = new() { Size = 14 })
        using (SKPaint ink = new() { Color = SKColors.Black, IsAntialias = true })
        {
            canvas.Clear(SKColors.White);
            torch.Tensor[] rows = [clean, noisy, denoised];
            string[] names = ["clean", "noisy", "denoised"];
            for (int row = 0; row < rows.Length; row++)
            {
                canvas.DrawText(names[row], Gap, Gap + row * cellHeight + cellHeight / 2, font, ink);
                float[] pixels = rows[row].clamp(0, 1).data<float>().ToArray();
                for (int i = 0; i < columns; i++)
                {
                    SKColor frame = row < 2 ? SKColors.White : predicted[i] == images.Label(i) ? SKColors.ForestGreen : SKColors.Crimson;
                    Draw(canvas, pixels.AsSpan(i * images.Height * images.Width), images.Height, images.Width, Caption + i * cellWidth, Gap
                        + row * cellHeight, frame);
                }
            }
        }

        using SKData png = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        using FileStream file = File.Create(path);
        png.SaveTo(file);
    }

    private static torch.Tensor Noisy(torch.Tensor image, double sigma, ulong seed, int index)
    {
        float[] clean = image.data<float>().ToArray(), noisy = new float[clean.Length];
        new GridGaussianNoise(sigma).AddTo(seed, new NoiseCoordinate(0, index, VotePhase.Prediction, 0), clean, noisy);
        return torch.tensor(noisy, image.shape);
    }

    private static void Draw(SKCanvas canvas, ReadOnlySpan<float> pixels, int height, int width, int left, int top, SKColor frame)
    {
        using SKPaint paint = new() { Color = frame };
        canvas.DrawRect(left, top, width * Scale + 2 * Frame, height * Scale + 2 * Frame, paint);
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                byte grey = (byte)Math.Round(255 * pixels[y * width + x]);
                paint.Color = new SKColor(grey, grey, grey);
                canvas.DrawRect(left + Frame + x * Scale, top + Frame + y * Scale, Scale, Scale, paint);
            }
        }
    }
}
