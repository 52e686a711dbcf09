using System.Diagnostics;
using System.Globalization;
using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Data;
using DenoisedSmoothing.Denoising;
using DenoisedSmoothing.Sampling;
using Spectre.Console;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Tool;

/// <summary>One-draw accuracy by strategy and noise level. All strategies see the same noise.</summary>
/// <param name="Models">The models.</param>
/// <param name="Data">The images.</param>
/// <param name="Chosen">The strategies; null for those that the models have.</param>
/// <param name="Default">The settings of a strategy that is not named.</param>
/// <param name="Sigmas">The noise levels.</param>
/// <param name="Batch">Images of one forward pass.</param>
/// <param name="Seed">The noise key.</param>
/// <param name="Out">A TSV to write; null for none.</param>
/// <param name="Output">Where results go.</param>
/// <param name="Error">Where remarks go.</param>
internal sealed record EvaluateRun(
    ModelChoice Models, DataChoice Data, IReadOnlyList<StrategyChoice>? Chosen, StrategyChoice Default, IReadOnlyList<double> Sigmas,
        int Batch, ulong Seed, string? Out,
    TextWriter Output, TextWriter Error)
{
    private static readonly TimeSpan s_linesEvery = TimeSpan.FromSeconds(10);

    public int Execute(CancellationToken cancellationToken)
    {
        if (Out is not null)
            OutputFolder.Check(Out);
        IImageDataset images = DataSources.Open(Data);
        using LoadedModels models = PairLoader.Load(Models);
        IReadOnlyList<StrategyChoice> strategies = Chosen
            ?? [.. (models.HasDenoiser ? (string[])[Strategies.OneShot, Strategies.None] : [Strategies.None]).Select(kind => Default with
            {
                Kind = kind,
            })];
        Cell clean = new("clean", 0, new DenoisedClassifier(new IdentityDenoiser(), models.Classifier));
        Cell[] cells =
            [clean, .. Sigmas.SelectMany(sigma =>
            strategies.Select(strategy => new Cell(strategy.Kind!, sigma, Strategies.BaseClassifier(models, strategy, sigma))))];
        int[] indices = [.. Data.Range.Indices(images.Count)];
        Output.WriteLine($"{models.Name}, {indices.Length} images");
        Stopwatch sinceLine = Stopwatch.StartNew(), clock = Stopwatch.StartNew();
        int done = 0;
        foreach (int[] batch in indices.Chunk(Batch))
        {
            Measure(images, models, batch, cells, cancellationToken);
            done += batch.Length;
            if (sinceLine.Elapsed >= s_linesEvery && done < indices.Length)
            {
                sinceLine.Restart();
                Output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{done}/{indices.Length} images, {clock.Elapsed / done * (indices.Length - done):h\\:mm\\:ss} left"));
            }
        }

        Print(cells, strategies);
        if (Out is not null)
            File.WriteAllText(Out, Tsv(cells));
        return CommandLine.Done;
    }

    private void Measure(IImageDataset images, LoadedModels models, int[] batch, Cell[] cells, CancellationToken cancellationToken)
    {
        int[] indices = Data.SkipCorrupt ? [.. batch.Where(index => IsReadable(images, index))] : batch;
        if (indices.Length == 0)
            return;
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = inference_mode();
        Device device = LibTorch.DeviceNamed(Models.Device);
        Tensor pixels = ImageBatches.Read(images, models.Preprocess, indices), labels =
            tensor(indices.Select(index => (long)images.Label(index)).ToArray());
        foreach (IGrouping<double, Cell> level in cells.GroupBy(cell => cell.Sigma))
        {
            // The clean images meet no denoiser, and so nobody who asks for the level.
            (Tensor noisy, NoiseContext noise) = level.Key == 0
                ? (pixels.to(device), new NoiseContext(1))
                : NoisyBatch.Draw(pixels, indices, level.Key, Seed, device);
            foreach (Cell cell in level)
            {
                cancellationToken.ThrowIfCancellationRequested();
                using DisposeScope one = NewDisposeScope();
                Stopwatch clock = Stopwatch.StartNew();
                Tensor scores = cell.Classifier.Score(noisy, noise);
                if (!isfinite(scores).all().item<bool>())
                    throw new InvalidOperationException(
                        $"{cell.Strategy} at sigma {cell.Sigma} gives NaN or infinite scores: check the weights, the precision and the "
                        + $"input range.");
                cell.Correct += scores.argmax(1).cpu().eq(labels).sum().item<long>();
                cell.Images += indices.Length;
                cell.Time += clock.Elapsed;
            }
        }
    }

    private bool IsReadable(IImageDataset images, int index)
    {
        try
        {
            using Tensor image = images.Image(index);
            return true;
        }
        catch (InvalidDataException e)
        {
            Error.WriteLine($"Skipped: {e.Message}");
            return false;
        }
    }

    private void Print(Cell[] cells, IReadOnlyList<StrategyChoice> strategies)
    {
        Table table = new Table().Border(TableBorder.Simple).AddColumn("");
        foreach (double sigma in Sigmas)
            table.AddColumn(new TableColumn(string.Create(CultureInfo.InvariantCulture, $"sigma {sigma}")).RightAligned());
        foreach (StrategyChoice strategy in strategies)
            table.AddRow([strategy.Kind!, .. Sigmas.Select(sigma =>
                cells.First(cell => cell.Strategy == strategy.Kind && cell.Sigma == sigma).Text)]);
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(Output),
            ColorSystem = ColorSystemSupport.NoColors,
        });
        console.Profile.Width = Math.Max(console.Profile.Width, 20 + 20 * Sigmas.Count);
        console.Write(table);
        Output.WriteLine($"without noise: {cells[0].Text}");
    }

    private static string Tsv(Cell[] cells) => "strategy\tsigma\timages\tcorrect\taccuracy\tstandard_error\tseconds\n"
        + string.Concat(cells.Select(cell =>
        string.Create(CultureInfo.InvariantCulture,
            $"{cell.Strategy}\t{cell.Sigma}\t{cell.Images}\t{cell.Correct}\t{cell.Accuracy:F6}\t{cell.StandardError:F6}\t{cell.Time.TotalSeconds:F1}\n")));

    private sealed class Cell(string strategy, double sigma, IBaseClassifier classifier)
    {
        public string Strategy => strategy;

        public double Sigma => sigma;

        public IBaseClassifier Classifier => classifier;

        public long Images { get; set; }

        public long Correct { get; set; }

        public TimeSpan Time { get; set; }

        public double Accuracy => Images == 0 ? 0 : (double)Correct / Images;

        // Of a binomial share; Wilson's middle keeps it above 0 where all or none are right.
        public double StandardError
        {
            get
            {
                double middle = (Correct + 2.0) / (Images + 4.0);
                return Math.Sqrt(middle * (1 - middle) / (Images + 4.0));
            }
        }

        public string Text => string.Create(CultureInfo.InvariantCulture, $"{100 * Accuracy:F2}% ± {100 * StandardError:F2}");
    }
}
