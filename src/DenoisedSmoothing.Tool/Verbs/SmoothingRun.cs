using System.Diagnostics;
using System.Globalization;
using DenoisedSmoothing.Data;
using DenoisedSmoothing.Logs;
using DenoisedSmoothing.Noise;
using DenoisedSmoothing.Preprocessing;

namespace DenoisedSmoothing.Tool;

/// <summary>Certifies or predicts the images of a data set, one line of the log each, in the order of their indices.</summary>
internal sealed class SmoothingRun(SmoothingJob job, TextWriter output, TextWriter error)
{
    private readonly Queue<int> _open = new();

    /// <summary>Runs to the end, or to the cancellation: what is in the log then stays.</summary>
    public int Execute(CancellationToken cancellationToken)
    {
        IImageDataset images = DataSources.Open(job.Data);
        using LoadedModels models = PairLoader.Load(job.Models);
        if (images.ClassNames.Count > models.Classifier.ClassCount)
            throw new ArgumentException($"The data set has {images.ClassNames.Count} classes, {models.Name} {models.Classifier.ClassCount}: they do not belong together.");
        foreach (string warning in job.Certifier.Warnings(models.Classifier.ClassCount))
            error.WriteLine(warning);
        IBaseClassifier classifier = Strategies.BaseClassifier(models, job.Strategy, job.Sigma);
        ulong? seed = RunSettings.SeedOf(job);
        SmoothedClassifier smoothed = new([classifier], new FloatGaussianNoise(job.Sigma), job.Certifier, new SmoothingOptions
        {
            Batch = job.Batch,
            Seed = seed,
            PredictSeed = seed,
            Devices = [job.Models.Device],
        });

        using CertificationLogWriter? log = job.Out is null
            ? null
            : CertificationLogWriter.Open(job.Out, RunSettings.Meta(job, seed, models, classifier, images), job.Resume);
        int[] indices = [.. job.Data.Range.Indices(images.Count)];
        int[] left = [.. indices.Where(index => index > (log?.LastIndex ?? -1))];
        VoteRange votes = job.Kind == CertificationLogKind.Certify ? job.Certifier.CertificationVotes : job.Certifier.PredictionVotes;
        long? samplesAnImage = votes.Fewest == votes.Most ? votes.Most : null;
        RunView view = new(output, images, job.Kind, indices.Length, samplesAnImage, printImages: log is null);
        view.Header(string.Create(CultureInfo.InvariantCulture, $"{models.Name}, {Strategies.KindOf(models, job.Strategy)}, sigma {job.Sigma}, {job.Certifier.Method}, {left.Length} of {indices.Length} images to do{(seed is null ? "" : $", seed {seed}")}"));
        view.Already(log?.Finished ?? []);
        view.Show(progress =>
        {
            foreach (Outcome outcome in Outcomes(smoothed, images, models, left, progress, cancellationToken))
            {
                Write(log, outcome);
                view.Finished(outcome);
            }
        });
        view.Summary(job.Out);
        return CommandLine.Done;
    }

    private IEnumerable<Outcome> Outcomes(
        SmoothedClassifier smoothed, IImageDataset images, LoadedModels models, int[] indices, IProgress<SmoothingProgress> progress, CancellationToken cancellationToken)
    {
        Stopwatch clock = Stopwatch.StartNew();
        IEnumerable<SmoothingImage> read = Read(images, models.Preprocess, indices);
        if (job.Kind == CertificationLogKind.Certify)
        {
            foreach (Certificate certificate in smoothed.CertifyMany(read, progress, cancellationToken))
                yield return Next(certificate, null);
        }
        else
        {
            foreach (Prediction prediction in smoothed.PredictMany(read, progress, cancellationToken))
                yield return Next(null, prediction);
        }

        Outcome Next(Certificate? certificate, Prediction? prediction)
        {
            int index = _open.Dequeue();
            Outcome outcome = new(index, images.Label(index), certificate, prediction, clock.Elapsed);
            clock.Restart();
            return outcome;
        }
    }

    /// <summary>Images as their turn comes; each is freed when the next is asked for, and has been read by then.</summary>
    private IEnumerable<SmoothingImage> Read(IImageDataset images, ImagePreprocess? preprocess, int[] indices)
    {
        foreach (int index in indices)
        {
            TorchSharp.torch.Tensor image;
            try
            {
                image = images.Image(index);
            }
            catch (InvalidDataException e) when (job.Data.SkipCorrupt)
            {
                error.WriteLine($"Skipped: {e.Message}");
                continue;
            }

            using TorchSharp.torch.Tensor raw = image;
            using TorchSharp.torch.Tensor ready = preprocess?.Apply(raw) ?? raw.alias();
            _open.Enqueue(index);
            yield return new SmoothingImage(ready, index);
        }
    }

    private static void Write(CertificationLogWriter? log, Outcome outcome)
    {
        if (outcome.Certificate is { } certificate)
            log?.Append(outcome.Index, outcome.Label, certificate, outcome.Time);
        else
            log?.Append(outcome.Index, outcome.Label, outcome.Prediction!, outcome.Time);
    }
}
