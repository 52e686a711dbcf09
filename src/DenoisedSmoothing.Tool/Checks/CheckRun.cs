using DenoisedSmoothing.Data;
using static DenoisedSmoothing.Tool.PlainText;

namespace DenoisedSmoothing.Tool;

/// <summary>Checks a pair and writes the page.</summary>
/// <param name="Models">The pair.</param>
/// <param name="Data">The images.</param>
/// <param name="Strategy">How it denoises.</param>
/// <param name="Sigmas">The noise levels.</param>
/// <param name="Radii">The radii that matter.</param>
/// <param name="Certified">Images in the small certification; 0 for none.</param>
/// <param name="N">Votes for each of its certificates.</param>
/// <param name="Batch">Rows per forward pass.</param>
/// <param name="Seed">The noise key.</param>
/// <param name="Page">The page to write.</param>
/// <param name="Output">Where the summary goes.</param>
internal sealed record CheckRun(
    ModelChoice Models, DataChoice Data, StrategyChoice Strategy, IReadOnlyList<double> Sigmas, IReadOnlyList<double> Radii,
        int Certified, long N,
    int Batch, ulong Seed, string Page, TextWriter Output)
{
    /// <summary>The number of images if --max is not given.</summary>
    public const int UsualImages = 100;

    private const double Alpha = .001;

    public int Execute(CancellationToken cancellationToken)
    {
        OutputFolder.Check(Page);
        IImageDataset images = DataSources.Open(Data);
        using LoadedModels models = PairLoader.Load(Models);
        models.Tell(Output);
        using CheckImages few = CheckImages.Read(images, Data.Range with { Max = null }, Data.Range.Max ?? UsualImages, models.Preprocess);
        PairCheck check = new(new CheckMeasurement(models, Strategy, few, Models.Device, Batch, Seed), Sigmas);
        CheckResult result = check.RunWithTrials(Certified, N, Alpha, cancellationToken);
        CheckPage page = new(result, Radii,
        [
            ("models", models.Name),
            ("strategy", Strategies.KindOf(models, Strategy)),
            ("classifier", PartInfo.Of(models.Classifier).Fingerprint),
            ("denoiser", models.Diffusion is { } diffusion ? PartInfo.Of(diffusion).Fingerprint
                : models.OwnDenoiser is { } own ? PartInfo.Of(own).Fingerprint : "none"),
            ("data", images.Fingerprint),
            ("images", Text($"{few.Count}, spread over {images.Count}")),
            ("device", Models.Device),
            ("precision", LibTorch.ArithmeticOn(Models.Device, PartInfo.Of(models.Classifier).Precision)),
            ("batch", Text($"{Batch}")),
            ("seed", Text($"{Seed}")),
            ("alpha of the trial", Text($"{Alpha}")),
        ]);
        File.WriteAllText(Page, page.Html());
        foreach (string line in page.Lines())
            Output.WriteLine(Screen.Fold(line, Screen.LineWidth));
        Output.WriteLine($"Page: {Path.GetFullPath(Page)}");
        return CommandLine.Done;
    }
}
