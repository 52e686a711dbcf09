using System.Globalization;
using DenoisedSmoothing.Data;
using DenoisedSmoothing.Experiments;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Tool;

/// <summary>Denoises a few images with several strategies and draws them.</summary>
/// <param name="Models">The models.</param>
/// <param name="Data">The data set.</param>
/// <param name="Images">The images' indices; empty for the first few of the selection.</param>
/// <param name="Chosen">The strategies, one column each.</param>
/// <param name="Sigmas">The noise levels, one block of columns each.</param>
/// <param name="Seed">The noise key.</param>
/// <param name="Scale">Screen pixels per pixel; null for a fitting number.</param>
/// <param name="Out">The PNG.</param>
/// <param name="Output">Where results go.</param>
internal sealed record DenoiseRun(
    ModelChoice Models, DataChoice Data, IReadOnlyList<int> Images, IReadOnlyList<StrategyChoice> Chosen, IReadOnlyList<double> Sigmas,
        ulong Seed, int? Scale, string Out,
    TextWriter Output)
{
    private const int FirstImages = 8;

    public int Execute(CancellationToken cancellationToken)
    {
        OutputFolder.Check(Out);
        IImageDataset images = DataSources.Open(Data);
        int[] indices = Images.Count > 0 ? [.. Images] : [.. Data.Range.Indices(images.Count).Take(FirstImages)];
        if (indices.Any(index => index >= images.Count))
            throw new ArgumentException($"--images: the data set has the indices 0 to {images.Count - 1}.");
        using LoadedModels models = PairLoader.Load(Models);
        models.Tell(Output);
        List<GridColumn> columns = [];
        using DisposeScope scope = NewDisposeScope();
        using (IDisposable inference = inference_mode())
        {
            Device device = LibTorch.DeviceNamed(Models.Device);
            Tensor clean = images.ReadBatch(models.Preprocess, indices);
            columns.Add(Column("clean", clean.to(device), models, framed: true));
            foreach (double sigma in Sigmas)
            {
                (Tensor noisy, NoiseContext noise) = NoisyCopies.Draw(clean, indices, sigma, Seed, device, cancellationToken);
                columns.Add(Column(string.Create(CultureInfo.InvariantCulture, $"sigma {sigma}"), noisy, models, framed: false));
                foreach (StrategyChoice strategy in Chosen)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    columns.Add(Column(strategy.Kind!, Strategies.Denoiser(models, strategy, sigma).Denoise(noisy, noise), models,
                        framed: true));
                }
            }
        }

        int[] labels = [.. indices.Select(images.Label)];
        PictureGrid.Save(Out, columns, labels, Scale);
        Legend(images, indices, labels, columns);
        return CommandLine.Done;
    }

    private static GridColumn Column(string name, Tensor pixels, LoadedModels models, bool framed)
    {
        using DisposeScope scope = NewDisposeScope();
        long[]? predicted = framed ? models.Classifier.Classify(pixels).argmax(1).cpu().data<long>().ToArray() : null;
        Tensor shown = pixels.cpu().clamp(Kept(0), Kept(1)).contiguous();
        return new GridColumn(name, shown.data<float>().ToArray(), (int)shown.shape[1], (int)shown.shape[2], (int)shown.shape[3],
            predicted);
    }

    private void Legend(IImageDataset images, int[] indices, int[] labels, IReadOnlyList<GridColumn> columns)
    {
        Output.WriteLine($"Columns: {string.Join(" | ", columns.Select(column => column.Name))}");
        for (int row = 0; row < indices.Length; row++)
        {
            IEnumerable<string> answers = columns.Where(column => column.Predicted is not null)
                .Select(column =>
                $"{column.Name}: {NameOf(images, column.Predicted![row])}{(column.Predicted[row] == labels[row] ? "" : " (wrong)")}");
            Output.WriteLine($"{images.ImageName(indices[row])}, {NameOf(images, labels[row])}: {string.Join(", ", answers)}");
        }

        Output.WriteLine($"Picture: {Path.GetFullPath(Out)} (green right, red wrong)");
    }

    private static string NameOf(IImageDataset images, long label) => label < images.ClassNames.Count
        ? images.ClassNames[(int)label]
        : $"class {label}";
}
