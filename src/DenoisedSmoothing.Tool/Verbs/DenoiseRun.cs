using System.Globalization;
using DenoisedSmoothing.Data;
using DenoisedSmoothing.Sampling;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Tool;

/// <summary>Denoises a few images by several strategies and draws them.</summary>
internal sealed class DenoiseRun(DenoiseJob job, TextWriter output)
{
    private const int FirstImages = 8;

    public int Execute(CancellationToken cancellationToken)
    {
        OutputFolder.Check(job.Out);
        IImageDataset images = DataSources.Open(job.Data);
        int[] indices = job.Images.Count > 0 ? [.. job.Images] : [.. job.Data.Range.Indices(images.Count).Take(FirstImages)];
        if (indices.Any(index => index >= images.Count))
            throw new ArgumentException($"--images: the data set has the indices 0 to {images.Count - 1}.");
        using LoadedModels models = PairLoader.Load(job.Models);
        List<GridColumn> columns = [];
        using DisposeScope scope = NewDisposeScope();
        using (IDisposable inference = inference_mode())
        {
            Device device = LibTorch.DeviceNamed(job.Models.Device);
            Tensor clean = ImageBatches.Read(images, models.Preprocess, indices);
            columns.Add(Column("clean", clean.to(device), models, framed: true));
            foreach (double sigma in job.Sigmas)
            {
                (Tensor noisy, NoiseContext noise) = NoisyBatch.Draw(clean, indices, sigma, job.Seed, device);
                columns.Add(Column(string.Create(CultureInfo.InvariantCulture, $"sigma {sigma}"), noisy, models, framed: false));
                foreach (StrategyChoice strategy in job.Chosen)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    columns.Add(Column(strategy.Kind!, Strategies.Denoiser(models, strategy, sigma).Denoise(noisy, noise), models, framed: true));
                }
            }
        }

        int[] labels = [.. indices.Select(images.Label)];
        PictureGrid.Save(job.Out, columns, labels, job.Scale);
        Legend(images, indices, labels, columns);
        return CommandLine.Done;
    }

    private static GridColumn Column(string name, Tensor pixels, LoadedModels models, bool framed)
    {
        using DisposeScope scope = NewDisposeScope();
        long[]? predicted = framed ? models.Classifier.Classify(pixels).argmax(1).cpu().data<long>().ToArray() : null;
        Tensor shown = pixels.cpu().clamp(0, 1).contiguous();
        return new GridColumn(name, shown.data<float>().ToArray(), (int)shown.shape[1], (int)shown.shape[2], (int)shown.shape[3], predicted);
    }

    private void Legend(IImageDataset images, int[] indices, int[] labels, IReadOnlyList<GridColumn> columns)
    {
        output.WriteLine($"Columns: {string.Join(" | ", columns.Select(column => column.Name))}");
        for (int row = 0; row < indices.Length; row++)
        {
            IEnumerable<string> answers = columns.Where(column => column.Predicted is not null).Select(column => $"{column.Name}: {NameOf(images, column.Predicted![row])}{(column.Predicted[row] == labels[row] ? "" : " (wrong)")}");
            output.WriteLine($"{images.ImageName(indices[row])}, {NameOf(images, labels[row])}: {string.Join(", ", answers)}");
        }

        output.WriteLine($"Picture: {Path.GetFullPath(job.Out)} (green right, red wrong)");
    }

    private static string NameOf(IImageDataset images, long label) => label < images.ClassNames.Count ? images.ClassNames[(int)label] : $"class {label}";
}
