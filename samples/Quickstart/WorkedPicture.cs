using System.Globalization;
using DenoisedSmoothing;
using DenoisedSmoothing.Data;
using DenoisedSmoothing.Training;
using DenoisedSmoothing.Training.Attacks;
using SkiaSharp;
using TorchSharp;

namespace Quickstart;

/// <summary>
/// A column for each image: as it is, with what the plain classifier answers; attacked until that classifier is wrong; and what the
/// smoothed classifier answers to the attacked image, next to the radius that it certified for the image as it was.
/// </summary>
internal static class WorkedPicture
{
    private const int Scale = 4, Gap = 16, Left = 160, TextHeight = 40, Columns = 6;

    public static void Save(string path, FashionMnistPair pair, SmoothedClassifier smoothed, LabeledImages test,
        IReadOnlyList<CertifiedImage> results)
    {
        using var scope = torch.NewDisposeScope();
        int[] shown = [.. Enumerable.Range(0, results.Count).Where(i => results[i].Certificate.Label == test.Label(i)).Take(Columns)];
        if (shown.Length == 0)
            return;
        torch.Tensor images = test.Images(shown), attacked = Attacked(pair.Classifier, images, test.Labels(shown));
        long[] plain = Answers(pair.Classifier, images), fooled = Answers(pair.Classifier, attacked);
        torch.Tensor denoised = Denoised(pair.Denoiser, attacked, smoothed.Sigma);

        int cell = test.Width * Scale, rowHeight = cell + TextHeight + Gap;
        using SKBitmap bitmap = new(Left + shown.Length * (cell + Gap), Gap + 3 * rowHeight);
        using SKCanvas canvas = new(bitmap);
        canvas.Clear(SKColors.White);
        string[] rows = ["original,|plain classifier", "attacked,|plain classifier", "attacked,|smoothed classifier"];
        for (int row = 0; row < rows.Length; row++)
            Write(canvas, rows[row], Gap, Gap + row * rowHeight + cell / 2, SKColors.Black);
        for (int i = 0; i < shown.Length; i++)
        {
            int x = Left + i * (cell + Gap);
            Certificate certificate = results[shown[i]].Certificate;
            double moved = (attacked[i] - images[i]).norm().item<float>();
            Prediction answer = smoothed.Predict(attacked[i]);
            Cell(0, images[i], Name(plain[i]), plain[i] == test.Label(shown[i]));
            Cell(1, attacked[i], $"{Name(fooled[i])}|moved by {Text(moved)}", fooled[i] == test.Label(shown[i]));
            Cell(2, denoised[i],
                $"{(answer.Label is { } label ? Name(label) : "abstains")}|radius {Report.Cut(certificate.Radius)}",
                answer.Label == test.Label(shown[i]));

            void Cell(int row, torch.Tensor pixels, string caption, bool right)
            {
                int y = Gap + row * rowHeight;
                Draw(canvas, pixels, x, y);
                Write(canvas, caption, x, y + cell + 16, right ? SKColors.ForestGreen : SKColors.Crimson);
            }
        }

        using SKData png = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        using FileStream file = File.Create(path);
        png.SaveTo(file);

        string Name(long label) => test.ClassNames[(int)label];
        static string Text(double length) => length.ToString("F3", CultureInfo.InvariantCulture);
    }

    // The shortest perturbation that is found to change the plain classifier's answer: an attack on smoothed classifiers, at almost no
    // noise.
    private static torch.Tensor Attacked(IClassifier classifier, torch.Tensor images, torch.Tensor labels)
    {
        using StepRandom random = new(seed: 1, step: 0);
        DdnAttack attack = new() { Steps = 40, Draws = 1, InitialNorm = 0.5 };
        return attack.Run(new AttackTarget(classifier, sigma: 1e-6), images, labels, radius: 3, random);
    }

    private static long[] Answers(IClassifier classifier, torch.Tensor images)
    {
        using var inference = torch.inference_mode();
        return classifier.Classify(images).argmax(1).data<long>().ToArray();
    }

    private static torch.Tensor Denoised(IDenoiser denoiser, torch.Tensor images, double sigma)
    {
        using var inference = torch.inference_mode();
        using torch.Generator generator = new(1);
        return denoiser.Denoise(images + sigma * torch.randn(images.shape, generator: generator), new NoiseContext(sigma)).clamp(0, 1);
    }

    private static void Draw(SKCanvas canvas, torch.Tensor image, int left, int top)
    {
        int height = (int)image.shape[1], width = (int)image.shape[2];
        float[] pixels = image.contiguous().data<float>().ToArray();
        using SKPaint paint = new();
        for (int i = 0; i < pixels.Length; i++)
        {
            byte grey = (byte)Math.Round(255 * Math.Clamp(pixels[i], 0, 1));
            paint.Color = new SKColor(grey, grey, grey);
            canvas.DrawRect(left + i % width * Scale, top + i / width * Scale, Scale, Scale, paint);
        }
    }

    private static void Write(SKCanvas canvas, string lines, int x, int y, SKColor color)
    {
        using SKFont font = new() { Size = 14 };
        using SKPaint ink = new() { Color = color, IsAntialias = true };
        foreach ((int i, string line) in lines.Split('|').Index())
            canvas.DrawText(line, x, y + i * 17, font, ink);
    }
}
