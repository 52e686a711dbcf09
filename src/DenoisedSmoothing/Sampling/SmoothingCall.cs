using System.Diagnostics;

namespace DenoisedSmoothing.Sampling;

/// <summary>
/// One call of Predict or Certify: reads images as they are needed, hands their tests to the scheduler and waits for the answers.
/// </summary>
/// <param name="scheduler">Draws the votes.</param>
/// <param name="intake">Reads the images.</param>
/// <param name="kind">What is asked of them.</param>
/// <param name="telemetry">Receives the outcome of each image.</param>
/// <param name="token">Cancels the whole call.</param>
internal sealed class SmoothingCall<TResult>(VoteScheduler scheduler, ImageIntake intake, ISmoothingKind<TResult> kind,
    SmoothingTelemetry telemetry, CancellationToken token)
    where TResult : class
{
    private static readonly TimeSpan ProgressEvery = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10); // news end it sooner

    // Cancelled with the call, and when its results are no longer wanted.
    private readonly CancellationTokenSource _end = CancellationTokenSource.CreateLinkedTokenSource(token);
    private readonly VoteCaller _caller = new();
    private readonly List<Entry> _entries = []; // in the order of the images

    /// <summary>An image in progress.</summary>
    /// <param name="Image">As it was given.</param>
    /// <param name="Job">Its test; null where it was refused.</param>
    /// <param name="Error">Why it was refused.</param>
    private sealed record Entry(SmoothingImage Image, VoteJob<TResult>? Job, Exception? Error)
    {
        /// <summary>Whether the scheduler has it.</summary>
        public bool Submitted { get; set; } = Error is not null;

        public bool IsReady => Job is null || Job.Completion.IsCompleted;
    }

    /// <summary>Answers one image.</summary>
    /// <returns>The answer; cancelled where the token already is, so that the caller sees the cancellation on awaiting it.</returns>
    /// <exception cref="ArgumentException">At once: the image is refused.</exception>
    public Task<TResult> RunAsync(in SmoothingImage image) =>
        token.IsCancellationRequested ? Task.FromCanceled<TResult>(token) : AnswerAsync(Open(image));

    /// <summary>Answers many.</summary>
    public IEnumerable<SmoothingOutcome<TResult>> Run(IEnumerable<SmoothingImage> images, SmoothingOrder order,
        IProgress<SmoothingProgress>? progress)
    {
        using IEnumerator<SmoothingImage> source = images.GetEnumerator();
        bool more = true;
        long finished = 0, reported = Stopwatch.GetTimestamp();
        try
        {
            while (true)
            {
                token.ThrowIfCancellationRequested();
                long seen = _caller.Version;
                more = more && Fill(source);
                if (_entries.Count == 0)
                    yield break;
                Entry? ready = order == SmoothingOrder.AsFinished
                    ? _entries.Find(static entry => entry.IsReady)
                    : _entries[0].IsReady
                    ? _entries[0]
                    : null;
                if (ready is not null)
                {
                    _entries.Remove(ready);
                    SmoothingOutcome<TResult> outcome = Conclude(ready);
                    token.ThrowIfCancellationRequested();
                    finished++;
                    yield return outcome;
                    continue;
                }

                _caller.WaitBeyond(seen, progress is null ? Patience : ProgressEvery);
                if (progress is not null && Stopwatch.GetElapsedTime(reported) >= ProgressEvery
                    && _caller.Latest is { Oldest: { } at } latest)
                {
                    reported = Stopwatch.GetTimestamp();
                    progress.Report(new SmoothingProgress(finished, at.ImageIndex, at.Phase, at.Drawn, at.Requested, latest.TotalDrawn));
                }
            }
        }
        finally
        {
            Abandon();
        }
    }

    /// <summary>Opens tests until there are rows for every replica or no more room.</summary>
    /// <returns>Whether there may be more images.</returns>
    private bool Fill(IEnumerator<SmoothingImage> source)
    {
        List<VoteJob> fresh = [];
        bool more = true;
        try
        {
            long unplanned = _caller.Latest.Unplanned;
            foreach (Entry waiting in _entries.Where(static entry => !entry.Submitted))
            {
                if (!Enter(waiting, fresh))
                    return true;
                unplanned += waiting.Job!.Unplanned;
            }

            while (_entries.LastOrDefault(static entry => entry.Job is not null)?.Job is not { } last
                || unplanned < scheduler.RowsWanted(last.Image.Shape))
            {
                if (!(more = source.MoveNext()))
                    break;
                Entry entry = Read(source.Current);
                _entries.Add(entry);
                if (entry.Job is null)
                    break; // said before more is read
                if (!Enter(entry, fresh))
                    break;
                unplanned += entry.Job.Unplanned;
            }
        }
        finally
        {
            scheduler.Submit(_caller, fresh);
        }

        return more;
    }

    /// <summary>Gets a place for a job. A call waits for one only when it has nothing else to wait for or to hand out.</summary>
    private bool Enter(Entry entry, List<VoteJob> fresh)
    {
        VoteJob<TResult> job = entry.Job!;
        if (!scheduler.Room.TryEnter())
        {
            if (_entries.Count > 1)
                return false;
            entry.Submitted = true;
            if (!WaitForPlace(job))
                return true;
        }

        entry.Submitted = true;
        fresh.Add(job);
        return true;
    }

    private bool WaitForPlace(VoteJob<TResult> job)
    {
        try
        {
            if (scheduler.Room.Enter(job.Limits))
                return true;
            GiveUp(job);
        }
        catch (OperationCanceledException e) when (!token.IsCancellationRequested)
        {
            job.Fail(e);
        }

        return false;
    }

    private Entry Read(in SmoothingImage image)
    {
        try
        {
            return new Entry(image, Open(image), null);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return new Entry(image, null, e);
        }
    }

    private VoteJob<TResult> Open(in SmoothingImage image)
    {
        JobLimits limits = JobLimits.From(image.Budget ?? kind.Budget, image.Cancellation, _end.Token);
        VoteJob<TResult> job = kind.Open(intake.Read(image), limits);
        scheduler.Prepare(job);
        return job;
    }

    private async Task<TResult> AnswerAsync(VoteJob<TResult> job)
    {
        using CancellationTokenSource end = _end;
        try
        {
            if (await scheduler.Room.EnterAsync(job.Limits).ConfigureAwait(false))
                scheduler.Submit(_caller, [job]);
            else
                GiveUp(job);
            TResult result = kind.Finish(job, await job.Completion.ConfigureAwait(false));
            telemetry.Ended(job, result, null);
            return result;
        }
        catch (OperationCanceledException e) when (token.IsCancellationRequested)
        {
            telemetry.Ended(job, null, e);
            throw new OperationCanceledException(token);
        }
        catch (Exception e)
        {
            telemetry.Ended(job, null, e);
            throw;
        }
    }

    private SmoothingOutcome<TResult> Conclude(Entry entry)
    {
        if (entry.Job is not { } job)
            return new SmoothingOutcome<TResult>(entry.Image, null, entry.Error);
        try
        {
            TResult result = kind.Finish(job, job.Completion.GetAwaiter().GetResult());
            telemetry.Ended(job, result, null);
            return new SmoothingOutcome<TResult>(entry.Image, result, null);
        }
        catch (Exception e)
        {
            telemetry.Ended(job, null, e);
            return new SmoothingOutcome<TResult>(entry.Image, null, e);
        }
    }

    /// <summary>Waits until the scheduler has released everything still in progress: the caller may free the network next.</summary>
    private void Abandon()
    {
        _end.Cancel();
        foreach (Entry entry in _entries.Where(static entry => entry is { Submitted: true, Job: not null }))
            Task.WaitAny(entry.Job!.Completion); // not Wait, which would throw its error
        _end.Dispose();
    }

    private static void GiveUp(VoteJob<TResult> job)
    {
        job.Stop(StopReason.Time);
        job.Publish();
    }
}
