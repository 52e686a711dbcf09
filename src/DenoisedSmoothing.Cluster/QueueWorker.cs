using System.Globalization;
using DenoisedSmoothing.Cluster.Workers;
using DenoisedSmoothing.Experiments;

namespace DenoisedSmoothing.Cluster;

/// <summary>
/// Works on a run in a queue until nothing is left: leases images, gets them answered, submits the answers, and shows that it is alive.
/// Workers may join and leave at any time.
/// </summary>
/// <param name="queue">The queue.</param>
/// <param name="run">The run.</param>
/// <param name="work">
/// Answers images, such as <see cref="CertificationSession.Work"/> of a session whose settings <see cref="QueuedRun.Require"/> has checked.
/// It reads indices as it needs them and gives an outcome for each.
/// </param>
/// <param name="options">How it works.</param>
public sealed class QueueWorker(
    IWorkQueue queue, QueuedRun run, Func<IEnumerable<int>, CancellationToken, IEnumerable<WorkOutcome>> work,
    WorkerOptions? options = null)
{
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(5);

    private readonly WorkerOptions _options = options ?? new WorkerOptions();

    /// <summary>This worker's name in the queue.</summary>
    public QueueWorkerName Name { get; } = QueueWorkerName.New();

    /// <summary>Works until every image is done or parked.</summary>
    /// <param name="finished">Receives each outcome, on the working thread.</param>
    /// <param name="cancellationToken">Stops between batches: finished images are submitted, the rest are returned.</param>
    /// <exception cref="QueueUnavailableException">The database could not be reached for too long: worth starting again later.</exception>
    /// <exception cref="InvalidOperationException">One image after another failed here: the fault lies with this machine, or with all
    /// images.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public async Task<WorkSummary> RunAsync(Action<WorkOutcome>? finished = null, CancellationToken cancellationToken = default)
    {
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        HeldLeases held = new();
        await using ResultSender sender = new(queue, run, Name, held, stop);
        await using Heartbeat heartbeat = new(queue, run, Name, held, _options.Lease, stop);
        try
        {
            // The work is synchronous, and keeps its thread for as long as it takes.
            await Task.Factory.StartNew(() => Work(held, sender, finished, stop.Token), CancellationToken.None,
                TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            // The queue was lost; the sender or the heartbeat knows why.
        }
        finally
        {
            await sender.FinishAsync(cancellationToken.IsCancellationRequested).ConfigureAwait(false);
            await heartbeat.EndAsync().ConfigureAwait(false);
        }

        sender.ThrowIfLost();
        heartbeat.ThrowIfLost();
        return sender.Summary;
    }

    private void Work(HeldLeases held, ResultSender sender, Action<WorkOutcome>? finished, CancellationToken stop)
    {
        ImageFeed feed = new(queue, run, Name.Id, held, _options, stop);
        // Different ones: a single image that fails repeatedly is not the worker's fault.
        HashSet<int> failuresInARow = [];
        TimeSpan pause = FirstPause;
        while (true)
        {
            stop.ThrowIfCancellationRequested();
            try
            {
                foreach (WorkOutcome outcome in work(feed.Images(), stop))
                {
                    LeasedImage lease = feed.Finished(outcome.Index);
                    if (outcome.Error is null)
                        sender.Send(ImageResult.Of(lease, outcome, run.Settings.Fingerprint));
                    else
                        sender.SendFailure(lease, outcome.Error.Message);
                    if (outcome.Error is null)
                        failuresInARow.Clear();
                    else
                        failuresInARow.Add(outcome.Index);
                    finished?.Invoke(outcome);
                    if (failuresInARow.Count >= _options.MostFailuresInARow)
                        throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture,
                            $"{failuresInARow.Count} images in a row failed here, the last with: {outcome.Error!.Message}"), outcome.Error);
                    pause = FirstPause;
                }
            }
            catch (Exception e) when (e is not QueueUnavailableException
                && !(e is OperationCanceledException && stop.IsCancellationRequested))
            {
                // Whichever of them was the cause: each is tried alone from now on.
                foreach (LeasedImage lease in feed.InFlight)
                    sender.SendFailure(lease, e.Message);
                throw;
            }

            if (feed.HasMore)
                continue;
            if (!queue.HasWorkAsync(run, stop).GetAwaiter().GetResult())
                return;
            // What is left is held by other workers, and comes back if they are lost.
            if (stop.WaitHandle.WaitOne(pause))
                stop.ThrowIfCancellationRequested();
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    private static TimeSpan FirstPause => TimeSpan.FromMilliseconds(100);

    private TimeSpan LongestPause => _options.Lease / 4 < s_longestPause ? _options.Lease / 4 : s_longestPause;
}
