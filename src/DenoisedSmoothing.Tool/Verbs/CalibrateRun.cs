using System.Globalization;
using DenoisedSmoothing.Data;
using DenoisedSmoothing.PredictionSets;
using TorchSharp;

namespace DenoisedSmoothing.Tool;

/// <summary>Calibrates prediction sets on a data set, into a file.</summary>
internal sealed record CalibrateRun
{
    public required ModelChoice Models { get; init; }

    public required DataChoice Data { get; init; }

    public required StrategyChoice Strategy { get; init; }

    public required double Sigma { get; init; }

    public required double Radius { get; init; }

    public required double Miscoverage { get; init; }

    public required IConformityScore Score { get; init; }

    public required int Batch { get; init; }

    /// <summary>The key of the noise; null for fresh ones.</summary>
    public ulong? Seed { get; init; }

    /// <summary>The file to write.</summary>
    public required string Out { get; init; }

    public required TextWriter Output { get; init; }

    public required TextWriter Error { get; init; }

    public int Execute(CancellationToken cancellationToken)
    {
        if (File.Exists(Out))
            throw new IOException($"{Out} is there already and will not be overwritten: choose another name.");
        OutputFolder.Check(Out);
        IImageDataset raw = DataSources.Open(Data);
        using LoadedModels models = PairLoader.Load(Models);
        models.Tell(Output);
        IImageDataset images = models.Preprocess is { } preprocess ? raw.Prepared(preprocess) : raw;
        int count = Data.Range.CountOf(images.Count);
        Output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{models.Name}, {Strategies.KindOf(models, Strategy)}, sigma {Sigma}, {count} images"));
        PredictionSetCalibrator calibrator = new(Strategies.BaseClassifier(models, Strategy, Sigma), Sigma, Score,
            new PredictionSetOptions { Seed = Seed, Device = Models.Device })
        {
            Batch = Batch,
        };
        PredictionSetCalibration calibration = calibrator.Calibrate(
            Labelled(images), Radius, Miscoverage, new ProgressLines(Output, count), cancellationToken) with
        {
            Images = new CalibrationImages(raw.Fingerprint, Data.Range.Start, Data.Range.Skip, count),
        };
        calibration.Write(Out);
        foreach (string warning in calibration.Warnings)
            Error.WriteLine(Advice.Of(warning));
        Output.WriteLine(Summary(calibration));
        Output.WriteLine($"Calibration: {Out}");
        return CommandLine.Done;
    }

    private IEnumerable<(SmoothingImage, int)> Labelled(IImageDataset images)
    {
        foreach (int index in Data.Range.Indices(images.Count))
        {
            using torch.Tensor pixels = images.Image(index);
            yield return (new SmoothingImage(pixels, index), images.Label(index));
        }
    }

    /// <summary>What is promised and what it assumes.</summary>
    private static string Summary(PredictionSetCalibration calibration) => string.Create(CultureInfo.InvariantCulture,
        $"Sets miss the label of at most {100 * calibration.Miscoverage:G15}% of images, each moved by up to {calibration.Radius}: ")
        + string.Create(CultureInfo.InvariantCulture,
            $"so they may miss {Math.Floor(1e5 * calibration.CleanMiscoverage) / 1e3:F3}% of unmoved images, and the threshold ")
        + "of "
        + (double.IsPositiveInfinity(calibration.Threshold)
            ? $"{calibration.Model.Score} is infinite"
            : string.Create(CultureInfo.InvariantCulture, $"{calibration.Model.Score} is {calibration.Threshold:G6}"));
}
