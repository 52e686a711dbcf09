using System.Diagnostics;
using DenoisedSmoothing.Data;
using DenoisedSmoothing.Logs;
using DenoisedSmoothing.Soft;
using DenoisedSmoothing.Votes;
using TorchSharp;

namespace DenoisedSmoothing.Experiments;

/// <summary>A <see cref="CertificationRun"/> whose log is open and which is ready to work. Not safe for concurrent use.</summary>
public sealed class CertificationSession : IDisposable
{
    private readonly CertificationRun _run;
    private readonly SmoothedClassifier? _smoothed;
    private readonly SoftSmoothedClassifier? _soft;
    private readonly CertificationLogWriter? _log;
    private readonly IImageDataset _images;
    private readonly Queue<SkippedImage> _skipped = new();
    private readonly Lazy<CertificationLogMeta> _settings;

    internal CertificationSession(CertificationRun run)
    {
        _run = run;
        int classes = run.BaseClassifier.ClassCount;
        if (run.Images.ClassNames.Count > classes)
            throw new ArgumentException(
                $"The data set has {run.Images.ClassNames.Count} classes, the models {classes}: they do not belong together.");
        if ((run.Certifier is null) == (run.Soft is null))
            throw new ArgumentException("A run has a Certifier, or Soft for certificates of mean scores: exactly one of the two.");
        Seed = RunSettings.SeedOf(run);
        if (run.Soft is not null)
            _soft = Soft(run, Seed);
        else
            _smoothed = Smooth(run, Seed);
        int[] indices = [.. run.Range.Indices(run.Images.Count)];
        _settings = new(() => RunSettings.Meta(run, Seed, Dimension(indices)));
        _images = run.Preprocess is { } preprocess ? run.Images.Prepared(preprocess) : run.Images;
        // Photos of several sizes are detected now, not after hours.
        _images.RequireOneShape(run.Range);
        // So is a radius that these votes cannot reach.
        if (run.Kind == CertificationLogKind.Certify && run.Certifier is { } certifier && Dimension(indices) is { } dimension)
            certifier.Certify(classes, run.Noise.RuleFor(dimension));
        _log = run.LogPath is null
            ? null
            : CertificationLogWriter.Open(run.LogPath, Settings, run.Resume);
        if (_log is not null)
            RequireBegun(_log, indices);
        Total = indices.Length;
        Left = [.. indices.Where(index => index > (_log?.LastIndex ?? -1))];
    }

    /// <summary>The noise key of the run; null where it is kept secret.</summary>
    public ulong? Seed { get; }

    /// <summary>The images as they are certified: after preprocessing and before the noise.</summary>
    internal IImageDataset Images => _images;

    /// <summary>What decides every line: the settings that are, or would be, stored beside the log.</summary>
    public CertificationLogMeta Settings => _settings.Value;

    /// <summary>The number of images in the run, including those of a resumed log.</summary>
    public int Total { get; }

    /// <summary>The indices of the images still to do.</summary>
    public IReadOnlyList<int> Left { get; }

    /// <summary>What a resumed log already holds.</summary>
    public IReadOnlyList<CertificationLogRow> Finished => _log?.Finished ?? [];

    /// <summary>What the settings cannot do, or what looks like a mistake; empty when all is well.</summary>
    public IReadOnlyList<string> Warnings => _soft?.Warnings ?? _smoothed!.Warnings;

    /// <summary>How many votes an image takes.</summary>
    public VoteRange VotesPerImage => _run.Soft is { } soft ? new(soft.N0 + soft.N, soft.N0 + soft.N)
        : _run.Kind == CertificationLogKind.Certify ? _run.Certifier!.CertificationVotes
        : _run.Certifier!.PredictionVotes;

    /// <summary>
    /// Runs in the order of the indices; each outcome is in the log before it is returned. At the end, the log is marked as finished.
    /// </summary>
    /// <param name="progress">Receives reports about ten times a second.</param>
    /// <param name="skipped">Receives each skipped image.</param>
    /// <param name="cancellationToken">Stops between batches; what is in the log stays, and the run can be resumed.</param>
    public IEnumerable<RunOutcome> Run(
        IProgress<SmoothingProgress>? progress = null, Action<SkippedImage>? skipped = null, CancellationToken cancellationToken = default)
    {
        foreach (RunOutcome outcome in Outcomes(progress, skipped, cancellationToken))
        {
            WriteSkipped(before: outcome.Index);
            if (outcome.Certificate is { } certificate)
                _log?.Append(outcome.Index, outcome.Label, certificate, outcome.Time);
            else if (outcome.Soft is { } soft)
                _log?.Append(outcome.Index, outcome.Label, soft, outcome.Time);
            else
                _log?.Append(outcome.Index, outcome.Label, outcome.Prediction!, outcome.Time);
            yield return outcome;
        }

        WriteSkipped(before: long.MaxValue);
        _log?.End();
    }

    /// <summary>
    /// Works on images handed out from elsewhere, such as by a queue, and writes no log: an image that fails does not affect the others.
    /// Every image gets the answer that <see cref="Run"/> gives it, whichever worker takes it and in whatever order.
    /// </summary>
    /// <param name="indices">Indices in the data set, each once; read as images are needed, on the enumerating thread.</param>
    /// <param name="progress">Receives reports about ten times a second.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <returns>An outcome for every index, in the order in which they are finished.</returns>
    public IEnumerable<WorkOutcome> Work(
        IEnumerable<int> indices, IProgress<SmoothingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(indices);
        return new SessionWork(_run, _smoothed, _soft, _images, Settings.Fingerprint).Run(indices, progress, cancellationToken);
    }

    /// <summary>Closes the log.</summary>
    public void Dispose() => _log?.Dispose();

    private IEnumerable<RunOutcome> Outcomes(IProgress<SmoothingProgress>? progress, Action<SkippedImage>? skipped,
        CancellationToken cancellationToken)
    {
        Stopwatch clock = Stopwatch.StartNew();
        if (_soft is not null)
        {
            foreach (SmoothingOutcome<SoftCertificate> outcome in _soft.CertifyEach(Read(skipped), progress, cancellationToken))
                yield return Next((int)outcome.Image.Index!, null, null) with { Soft = outcome.Result };
        }
        else if (_run.Kind == CertificationLogKind.Certify)
        {
            foreach (SmoothingOutcome<Certificate> outcome in _smoothed!.CertifyEach(Read(skipped), progress: progress,
                cancellationToken: cancellationToken))
                yield return Next((int)outcome.Image.Index!, outcome.Result, null);
        }
        else
        {
            foreach (SmoothingOutcome<Prediction> outcome in _smoothed!.PredictEach(Read(skipped), progress: progress,
                cancellationToken: cancellationToken))
                yield return Next((int)outcome.Image.Index!, null, outcome.Result);
        }

        RunOutcome Next(int index, Certificate? certificate, Prediction? prediction)
        {
            RunOutcome outcome = new(index, _run.Images.Label(index), certificate, prediction, clock.Elapsed);
            clock.Restart();
            return outcome;
        }
    }

    /// <summary>The smoothed classifier of a run, on all its devices.</summary>
    /// <exception cref="ArgumentException">The devices are of several kinds.</exception>
    internal static SmoothedClassifier Smooth(CertificationRun run, ulong? seed)
    {
        BaseClassifierReplica[] replicas = Replicas(run);
        return new SmoothedClassifier([.. replicas.Select(static replica => replica.BaseClassifier)], run.Noise, run.Certifier!,
            new SmoothingOptions
            {
                Batch = run.Batch,
                Seed = run.Kind == CertificationLogKind.Certify ? seed : null,
                PredictSeed = seed,
                Devices = [.. replicas.Select(static replica => replica.Device)],
            });
    }

    private static BaseClassifierReplica[] Replicas(CertificationRun run)
    {
        BaseClassifierReplica[] replicas = [new(run.BaseClassifier, run.Device), .. run.MoreReplicas];
        return replicas.Select(static replica => LibTorch.DeviceNamed(replica.Device).type).Distinct().Count() == 1
            ? replicas
            : throw new ArgumentException(
                "Replicas must compute on devices of one kind, since CPU and CUDA round differently; these are on "
                + $"{string.Join(", ", replicas.Select(static replica => replica.Device))}.");
    }

    private static SoftSmoothedClassifier Soft(CertificationRun run, ulong? seed)
    {
        if (run.Kind != CertificationLogKind.Certify)
            throw new ArgumentException("Mean scores are certified; predictions are of votes.");
        if (Replicas(run).Length > 1)
            throw new ArgumentException("Certificates of mean scores are drawn on one device: name one.");
        return new SoftSmoothedClassifier(run.BaseClassifier, run.Noise, run.Soft, seed)
        {
            Batch = run.Batch,
            Device = LibTorch.DeviceNamed(run.Device),
        };
    }

    /// <summary>The number of values of an image, which is the same for all. Null where no image tells it.</summary>
    private long? Dimension(int[] indices) => indices.Select(_images.ShapeOf).FirstOrDefault(static shape => shape is not null) is { } known
        ? (long)known.Channels * known.Height * known.Width
        : null;

    private void RequireBegun(CertificationLogWriter log, int[] indices)
    {
        try
        {
            // Logs of schema 1 do not say what was skipped.
            BegunRun.Require(_run.LogPath!, log.FinishedImages, indices,
                passedOver: _run.SkipUnreadable && CertificationLogMeta.Find(_run.LogPath!)?.Schema == 1);
        }
        catch
        {
            log.Dispose();
            throw;
        }
    }

    /// <summary>Images as their turn comes; each is freed when the next is asked for, and has been read by then.</summary>
    private IEnumerable<SmoothingImage> Read(Action<SkippedImage>? skipped)
    {
        foreach (int index in Left)
        {
            torch.Tensor image;
            try
            {
                image = _images.Image(index);
            }
            catch (InvalidDataException e) when (_run.SkipUnreadable)
            {
                SkippedImage passed = new(index, e.Message);
                skipped?.Invoke(passed);
                lock (_skipped)
                    _skipped.Enqueue(passed);
                continue;
            }

            using torch.Tensor read = image;
            yield return new SmoothingImage(read, index);
        }
    }

    /// <summary>Notes the images skipped before an image, so that the log stays in order: images are read ahead.</summary>
    private void WriteSkipped(long before)
    {
        lock (_skipped)
        {
            while (_skipped.TryPeek(out SkippedImage? skipped) && skipped.Index < before)
            {
                _skipped.Dequeue();
                _log?.Skip(skipped.Index, skipped.Reason);
            }
        }
    }
}
