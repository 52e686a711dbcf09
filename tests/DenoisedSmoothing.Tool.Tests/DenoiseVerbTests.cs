using SkiaSharp;

namespace DenoisedSmoothing.Tool.Tests;

public sealed class DenoiseVerbTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("dds-denoise-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Denoise_frames_right_answers_green_and_wrong_ones_red()
    {
        // One picture under its own label, an ankle boot, and under another's.
        using (TorchSharp.torch.Tensor image = FashionMnistPair.TestImages().Image(0))
            Save(image.data<float>().ToArray(), At("boot.png"));
        FashionMnistPair.TestImages().Label(0).Should().Be(9);
        File.WriteAllText(At("list.csv"), "path,label\nboot.png,9\nboot.png,0\n");

        (int exit, string output, string error) = await Dds.RunAsync(
            "denoise", "--data", "csv", "--data-path", At("list.csv"), "--grey", "--sigma", "0.25", "--denoiser", "one-shot,none",
                "--scale", "2", "--out", At("grid.png"));

        exit.Should().Be(0, error);
        output.Should().Contain("Columns: clean | sigma 0.25 | one-shot | none").And.Contain("(wrong)");
        using SKBitmap grid = SKBitmap.Decode(At("grid.png"));
        // Cells of 28 * 2 pixels, a frame of 4 and a gap of 6, under a caption of 22.
        const int cell = 28 * 2 + 2 * 4 + 6;
        (grid.Width, grid.Height).Should().Be((4 * cell + 6, 22 + 2 * cell + 6));
        foreach (int column in new[] { 0, 2 })
        {
            SKColor right = grid.GetPixel(6 + column * cell + 1, 22 + 20), wrong = grid.GetPixel(6 + column * cell + 1, 22 + cell + 20);
            (right.Green > 2 * right.Red && right.Green > 2 * right.Blue).Should().BeTrue("column {0} is right: {1}", column, right);
            (wrong.Red > 2 * wrong.Green && wrong.Red > 2 * wrong.Blue).Should().BeTrue("column {0} is wrong: {1}", column, wrong);
        }

        grid.GetPixel(6 + cell + 1, 22 + 20).Should().Be(SKColors.White, "nobody classifies the noisy column");
        // A caption over every column: without a font there would be none.
        for (int column = 0; column < 4; column++)
        {
            int ink = Enumerable.Range(6 + column * cell, cell - 6)
                .Sum(x => Enumerable.Range(0, 20).Count(y => grid.GetPixel(x, y).Red < 128));
            ink.Should().BeGreaterThan(20);
        }
    }

    private string At(string name) => Path.Combine(_folder.FullName, name);

    private static void Save(float[] pixels, string path)
    {
        using SKBitmap bitmap = new(28, 28, SKColorType.Rgba8888, SKAlphaType.Opaque);
        for (int i = 0; i < pixels.Length; i++)
        {
            byte grey = (byte)MathF.Round(255 * pixels[i]);
            bitmap.SetPixel(i % 28, i / 28, new SKColor(grey, grey, grey));
        }

        using SKData png = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        using FileStream file = File.Create(path);
        png.SaveTo(file);
    }
}
