using System.Globalization;
using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Data;
using DenoisedSmoothing.Denoising;
using DenoisedSmoothing.Experiments;
using Spectre.Console;

namespace DenoisedSmoothing.Tool;

/// <summary>Accuracy on one noisy draw per image, by strategy and noise level, as a table.</summary>
/// <param name="Models">The models.</param>
/// <param name="Data">The images.</param>
/// <param name="Chosen">The strategies; null for those that the models have.</param>
/// <param name="Default">The settings for a strategy that is not named.</param>
/// <param name="Sigmas">The noise levels.</param>
/// <param name="Batch">Images per forward pass.</param>
/// <param name="Seed">The noise key.</param>
/// <param name="Out">A TSV to write; null for none.</param>
/// <param name="Output">Where results go.</param>
/// <param name="Error">Where remarks go.</param>
internal sealed record EvaluateRun(
    ModelChoice Models, DataChoice Data, IReadOnlyList<StrategyChoice>? Chosen, StrategyChoice Default, IReadOnlyList<double> Sigmas,
    int Batch, ulong Seed, string? Out, TextWriter Output, TextWriter Error)
{
    public int Execute(CancellationToken cancellationToken)
    {
        if (File.Exists(Out))
            throw new IOException($"{Out} is there already and will not be overwritten: choose another name.");
        if (Out is not null)
            OutputFolder.Check(Out);
        IImageDataset images = DataSources.Open(Data);
        using LoadedModels models = PairLoader.Load(Models);
        models.Tell(Error);
        IReadOnlyList<StrategyChoice> strategies = Chosen
            ?? [.. (models.HasDenoiser ? (string[])[Strategies.OneShot, Strategies.None] : [Strategies.None])
                .Select(kind => Default with { Kind = kind })];
        int total = Data.Range.CountOf(images.Count);
        AccuracyRun run = new()
        {
            Images = images,
            Range = Data.Range,
            Preprocess = models.Preprocess,
            SkipUnreadable = Data.SkipCorrupt,
            Candidates =
            [
                new("clean", 0, new DenoisedClassifier(new IdentityDenoiser(), models.Classifier)),
                .. Sigmas.SelectMany(sigma => strategies.Select(strategy =>
                    new AccuracyCandidate(strategy.Kind!, sigma, Strategies.BaseClassifier(models, strategy, sigma)))),
            ],
            Batch = Batch,
            Seed = Seed,
            Device = Models.Device,
        };
        Output.WriteLine($"{models.Name}, {total} images");
        IReadOnlyList<AccuracyResult> results = run.Run(
            new ProgressLines(Output, total), skipped => Error.WriteLine($"Skipped: {skipped.Reason}"), cancellationToken);
        Print(results, strategies);
        if (Out is not null)
            File.WriteAllText(Out, Tsv(results));
        return CommandLine.Done;
    }

    private void Print(IReadOnlyList<AccuracyResult> results, IReadOnlyList<StrategyChoice> strategies)
    {
        Table table = new Table().Border(TableBorder.Simple).AddColumns("denoised by", "sigma", "accuracy");
        table.Columns[1].RightAligned();
        table.Columns[2].RightAligned();
        foreach (StrategyChoice strategy in strategies)
        {
            foreach (double sigma in Sigmas)
            {
                AccuracyResult result = results.First(result => result.Candidate.Name == strategy.Kind && result.Candidate.Sigma == sigma);
                table.AddRow(strategy.Kind!, sigma.ToString(CultureInfo.InvariantCulture), Text(result));
            }
        }

        Screen.Tables(Output).Write(table);
        Output.WriteLine($"without noise: {Text(results[0])}");
    }

    private static string Text(AccuracyResult result) => string.Create(
        CultureInfo.InvariantCulture, $"{100 * result.Accuracy:F2}% ± {100 * result.StandardError:F2}");

    private static string Tsv(IEnumerable<AccuracyResult> results) =>
        "strategy\tsigma\timages\tcorrect\taccuracy\tstandard_error\tseconds\n" + string.Concat(results.Select(static result =>
            string.Create(CultureInfo.InvariantCulture, $"{result.Candidate.Name}\t{result.Candidate.Sigma}\t{result.Images}\t")
            + string.Create(CultureInfo.InvariantCulture, $"{result.Correct}\t{result.Accuracy:F6}\t{result.StandardError:F6}\t")
            + string.Create(CultureInfo.InvariantCulture, $"{result.Time.TotalSeconds:F1}\n")));
}
