using System.Globalization;
using DenoisedSmoothing.Data;
using DenoisedSmoothing.PredictionSets;
using TorchSharp;

namespace DenoisedSmoothing.Tool;

/// <summary>Prediction sets for the images of a data set: a row for each, and a summary.</summary>
internal sealed record SetsRun
{
    public required PredictionSetCalibration Calibration { get; init; }

    public required ModelChoice Models { get; init; }

    public required DataChoice Data { get; init; }

    public required StrategyChoice Strategy { get; init; }

    /// <summary>The key of the noise; null for fresh ones.</summary>
    public ulong? Seed { get; init; }

    /// <summary>The rows to write; null for none.</summary>
    public string? Out { get; init; }

    public required TextWriter Output { get; init; }

    public required TextWriter Error { get; init; }

    public int Execute(CancellationToken cancellationToken)
    {
        if (File.Exists(Out))
            throw new IOException($"{Out} is there already and will not be overwritten: choose another name.");
        if (Out is not null)
            OutputFolder.Check(Out);
        IImageDataset raw = DataSources.Open(Data);
        RequireOthers(raw);
        using LoadedModels models = PairLoader.Load(Models);
        models.Tell(Output);
        IImageDataset images = models.Preprocess is { } preprocess ? raw.Prepared(preprocess) : raw;
        double sigma = Calibration.Sigma;
        RobustSetClassifier sets = new(Strategies.BaseClassifier(models, Strategy, sigma), sigma, Calibration,
            // The networks belong to this run: nothing changes them meanwhile.
            new PredictionSetOptions { Seed = Seed, Device = Models.Device, ConfirmEachCall = false });
        foreach (string warning in sets.Warnings)
            Error.WriteLine(Advice.Of(warning));

        int[] indices = [.. Data.Range.Indices(images.Count)];
        Output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{models.Name}, {Strategies.KindOf(models, Strategy)}, sigma {sigma}, {indices.Length} images"));
        SetTally tally = new(sets.Calibration.Model.ClassCount);
        using (StreamWriter? rows = Out is null ? null : new(new FileStream(Out, FileMode.CreateNew)))
        {
            rows?.WriteLine("idx\tlabel\tcovered\tsize\tset");
            int done = 0;
            foreach (PredictionSet set in sets.PredictSetMany(Pixels(images, indices), new ProgressLines(Output, indices.Length),
                cancellationToken))
            {
                int index = indices[done++], label = images.Label(index);
                tally.Add(set, label);
                rows?.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{index}\t{label}\t{(set.Contains(label) ? 1 : 0)}\t{set.Labels.Count}\t{Text(set)}"));
                rows?.Flush(); // what is finished is kept
            }
        }

        Output.WriteLine(tally);
        Output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"Promised over calibrations, images and noise: at most {100 * Calibration.Miscoverage:G15}% miss the label, though each ")
            + string.Create(CultureInfo.InvariantCulture, $"image was moved by up to {Calibration.Radius} in l2. These were not moved."));
        return CommandLine.Done;
    }

    /// <summary>Refuses images from which the threshold was made: they would make it look too good.</summary>
    private void RequireOthers(IImageDataset raw)
    {
        if (Calibration.Images is not { } used || used.Dataset != raw.Fingerprint)
            return;
        int shared = Data.Range.Indices(raw.Count).Count(index => used.Contains(index));
        if (shared > 0)
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                $"{shared} of these images are among the {used.Count} that were calibrated on (from {used.First} on, step {used.Step}): ")
                + "take others, with --start and --skip.");
    }

    private static IEnumerable<SmoothingImage> Pixels(IImageDataset images, int[] indices)
    {
        foreach (int index in indices)
        {
            using torch.Tensor pixels = images.Image(index);
            yield return new SmoothingImage(pixels, index);
        }
    }

    private static string Text(PredictionSet set) => set.IsEmpty ? "-" : string.Join(',', set.Labels);
}
