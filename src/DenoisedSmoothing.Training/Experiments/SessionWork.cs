using System.Diagnostics;
using DenoisedSmoothing.Data;
using DenoisedSmoothing.Logs;
using DenoisedSmoothing.Soft;
using TorchSharp;

namespace DenoisedSmoothing.Experiments;

/// <summary>Answers images of a run as they are handed out from elsewhere.</summary>
/// <param name="run">The run.</param>
/// <param name="smoothed">What answers by votes; null where mean scores are used.</param>
/// <param name="soft">What answers by mean scores.</param>
/// <param name="images">The data set, prepared.</param>
/// <param name="fingerprint">The fingerprint of the run's settings.</param>
internal sealed class SessionWork(
    CertificationRun run, SmoothedClassifier? smoothed, SoftSmoothedClassifier? soft, IImageDataset images, string fingerprint)
{
    // Images that got no answer because they could not be read. Filled while images are taken, on the enumerating thread.
    private readonly Queue<WorkOutcome> _unread = new();

    public IEnumerable<WorkOutcome> Run(IEnumerable<int> indices, IProgress<SmoothingProgress>? progress, CancellationToken stop)
    {
        foreach (WorkOutcome outcome in soft is not null
            ? Outcomes(soft.CertifyEach(Read(indices), progress, stop), static (entry, certificate) =>
                entry with { Soft = certificate }, stop)
            : run.Kind == CertificationLogKind.Certify
            ? Outcomes(smoothed!.CertifyEach(Read(indices), SmoothingOrder.AsFinished, progress, stop), static (entry, certificate) =>
                entry with { Certificate = certificate }, stop)
            : Outcomes(smoothed!.PredictEach(Read(indices), SmoothingOrder.AsFinished, progress, stop), static (entry, prediction) =>
                entry with { Prediction = prediction }, stop))
        {
            while (_unread.TryDequeue(out WorkOutcome? unread))
                yield return unread;
            yield return outcome;
        }

        while (_unread.TryDequeue(out WorkOutcome? last))
            yield return last;
    }

    private IEnumerable<WorkOutcome> Outcomes<TResult>(
        IEnumerable<SmoothingOutcome<TResult>> outcomes, Func<CertificationLogEntry, TResult, CertificationLogEntry> with,
        CancellationToken stop)
        where TResult : class
    {
        Stopwatch clock = Stopwatch.StartNew();
        foreach (SmoothingOutcome<TResult> outcome in outcomes)
        {
            int index = (int)outcome.Image.Index!;
            // Being stopped is not a failure of the image.
            if (outcome.Error is OperationCanceledException)
                stop.ThrowIfCancellationRequested();
            yield return outcome.Error is { } error
                ? new WorkOutcome(index, null, null, error)
                : new WorkOutcome(index, with(Entry(index, clock.Elapsed), outcome.Result), null, null);
            clock.Restart();
        }
    }

    private CertificationLogEntry Entry(int index, TimeSpan time) => new()
    {
        Fingerprint = fingerprint,
        Index = index,
        Label = run.Images.Label(index),
        Seconds = Math.Round(time.TotalSeconds, 6),
    };

    /// <summary>Images as their turn comes; each is freed when the next is asked for, and has been read by then.</summary>
    private IEnumerable<SmoothingImage> Read(IEnumerable<int> indices)
    {
        foreach (int index in indices)
        {
            torch.Tensor image;
            try
            {
                image = images.Image(index);
            }
            catch (InvalidDataException e) when (run.SkipUnreadable)
            {
                _unread.Enqueue(new WorkOutcome(index, null, new SkippedImage(index, e.Message), null));
                continue;
            }
            catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException or ArgumentException)
            {
                _unread.Enqueue(new WorkOutcome(index, null, null, e));
                continue;
            }

            using torch.Tensor read = image;
            yield return new SmoothingImage(read, index);
        }
    }
}
