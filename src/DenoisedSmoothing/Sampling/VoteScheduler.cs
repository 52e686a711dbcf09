using System.Diagnostics;
using Microsoft.Extensions.Logging;
using TorchSharp;

namespace DenoisedSmoothing.Sampling;

/// <summary>
/// Draws the votes of all callers of one <see cref="SmoothedClassifier"/>: each forward pass is filled with rows from all open tests, and a
/// test observes its votes when its request is full. A vote depends on its own sample alone, so neither the other images nor the order
/// matters.
/// </summary>
/// <remarks>
/// One thread drives for as long as there is something to do (<see cref="DrivingThreads"/>), so that the native library keeps one team of
/// threads warm. When the last open test has ended, nothing is left running or alive.
/// </remarks>
internal sealed class VoteScheduler
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(5);

    private readonly BatchRows _batches;
    private readonly VoteWorker[] _workers;
    private readonly int _batchesAhead;
    private readonly RowPlanner _planner = new();
    private readonly SmoothingTelemetry _telemetry;

    private readonly object _gate = new();
    private readonly List<(VoteCaller Caller, VoteJob Job)> _arrivals = []; // under the gate
    private bool _driving; // under the gate

    // The driving thread's.
    private readonly OpenTests _tests;
    private TimeSpan _lastPass;

    /// <param name="samplers">One per replica.</param>
    /// <param name="batches">The rows of a forward pass.</param>
    /// <param name="mostImages">How many images may be in work at once: more wait before they come in.</param>
    /// <param name="telemetry">Told what is in work.</param>
    public VoteScheduler(IReadOnlyList<VoteSampler> samplers, BatchRows batches, int mostImages, SmoothingTelemetry? telemetry = null)
    {
        _telemetry = telemetry ?? new SmoothingTelemetry(null);
        _batches = batches;
        _workers = [.. samplers.Select(sampler => new VoteWorker(sampler, alone: samplers.Count == 1))];
        _batchesAhead = 1 + samplers.Sum(static sampler => sampler.RunsBehindHost ? 2 : 1);
        Room = new ImageRoom(mostImages, samplers.Any(static sampler => sampler.RunsBehindHost), _telemetry);
        _tests = new OpenTests(Room, _telemetry);
    }

    /// <summary>Places of the images in work.</summary>
    public ImageRoom Room { get; }

    /// <summary>Rows for which a call should have tests open, so that every replica has a full batch and the next one is at hand.</summary>
    public long RowsWanted(long[] imageShape) => (long)_batchesAhead * _batches.For(imageShape);

    /// <summary>Starts a test on the caller's thread, so that what is wrong with it is the caller's to hear.</summary>
    public void Prepare(VoteJob job) => job.Start(_batches.For(job.Image.Shape));

    /// <summary>Hands over jobs, each of which has been prepared and has a place.</summary>
    public void Submit(VoteCaller caller, IReadOnlyList<VoteJob> jobs)
    {
        if (jobs.Count == 0)
            return;
        _telemetry.Working(jobs.Count);
        caller.Expect(jobs.Sum(static job => job.Unplanned));
        lock (_gate)
        {
            _arrivals.AddRange(jobs.Select(job => (caller, job)));
            if (_driving)
            {
                Monitor.Pulse(_gate);
                return;
            }

            _driving = true;
        }

        DrivingThreads.Run(Drive);
    }

    private void Drive()
    {
        while (AwaitWork())
        {
            try
            {
                Settle();
                if (_tests.Callers.Count > 0)
                {
                    Draw();
                    Settle();
                }
            }
            catch (Exception e) // a fault of this library: no caller may wait for ever
            {
                DropAll();
                _tests.EndWhere(static _ => true, e);
                Release();
            }
        }
    }

    /// <summary>Takes in what has arrived.</summary>
    /// <returns>False when there is nothing to do: the thread leaves.</returns>
    private bool AwaitWork()
    {
        lock (_gate)
        {
            if (_tests.JustEnded > 0)
                AwaitReturning(_tests.JustEnded);
            if (_tests.Callers.Count == 0 && _arrivals.Count == 0)
            {
                _driving = false;
                return false;
            }

            foreach ((VoteCaller caller, VoteJob job) in _arrivals)
                _tests.Add(caller, job);
            _arrivals.Clear();
            return true;
        }
    }

    /// <summary>
    /// Who has just got an answer often asks again at once: a hundredth of a pass is worth waiting for rows to fill the next.
    /// </summary>
    private void AwaitReturning(int callers)
    {
        TimeSpan most = _lastPass / 100 < LongestPause ? _lastPass / 100 : LongestPause;
        long begun = Stopwatch.GetTimestamp();
        while (_arrivals.Count < callers && most - Stopwatch.GetElapsedTime(begun) is { } left && left > TimeSpan.Zero)
            Monitor.Wait(_gate, left);
    }

    /// <summary>A batch or so of work.</summary>
    private void Draw()
    {
        long begun = Stopwatch.GetTimestamp();
        foreach (VoteWorker worker in _workers)
        {
            if (worker.Current is not null || (worker.TakePrepared() ?? _planner.Plan(_tests.Callers)) is not { } batch)
                continue;
            _telemetry.Planned(batch);
            worker.Start(batch);
        }

        Task[] running = [.. _workers.Select(static worker => worker.Running).OfType<Task>()];
        if (running.Length > 0)
            Task.WaitAny(running);
        foreach (VoteWorker worker in _workers.Where(static worker => worker.Current is not null
            && worker.Running is not { IsCompleted: false }))
        {
            NoisyBatch batch = worker.Current!;
            if (!Try(worker.Finish, [batch]))
                return;
        }

        // Before the votes are waited for, so that the noise is made meanwhile; full batches only, since later there may be more rows.
        foreach (VoteWorker worker in _workers.Where(static worker => worker.WantsNext))
        {
            if (_tests.Jobs.FirstOrDefault() is { } oldest && _tests.Jobs.Sum(static job => job.Unplanned) >= oldest.Batch
                && _planner.Plan(_tests.Callers) is { } next)
                worker.Prepare(next);
        }

        bool awaited = _tests.Jobs.Any(static job => job.AwaitsVotes);
        foreach (VoteWorker worker in _workers.Where(worker => awaited || worker.MustRead))
        {
            if (!Try(worker.Read, [.. worker.Unread]))
                return;
        }

        _lastPass = Stopwatch.GetElapsedTime(begun);
    }

    /// <summary>
    /// Does a worker's work on batches. Where it fails, their rows go back to their tests, and what went wrong is dealt with.
    /// </summary>
    /// <returns>Whether it went well.</returns>
    private bool Try(Action work, IReadOnlyList<NoisyBatch> batches)
    {
        try
        {
            work();
            return true;
        }
        catch (Exception e)
        {
            foreach (NoisyBatch batch in batches)
                batch.Drop();
            if (batches.All(static batch => batch.IsAbandoned))
                return false; // those who cancelled hear of that, whatever the pass made of it
            if (OutOfMemory.Is(e))
                Halve(batches[0], e);
            else
                Blame(batches, e);
            return false;
        }
    }

    /// <summary>
    /// Unfinished tests start from nothing with half the batch: a certificate's votes all come from one batch size. Sound, since whether
    /// memory runs out does not depend on the votes; and their noise is the same again, being a function of seed and sample, so this is no
    /// second try.
    /// </summary>
    private void Halve(NoisyBatch tooLarge, Exception error)
    {
        DropAll();
        try
        {
            _batches.Halve(tooLarge.ImageShape, tooLarge.Size, error);
        }
        catch (InvalidOperationException e)
        {
            _tests.EndWhere(job => job.Image.Shape.AsSpan().SequenceEqual(tooLarge.ImageShape), e);
        }
    }

    /// <summary>
    /// A pass that failed with one image's rows is that image's fault. Otherwise each image draws them again in a pass of its own, so that
    /// it comes out as it would alone; its votes are the same.
    /// </summary>
    private void Blame(IReadOnlyList<NoisyBatch> batches, Exception error)
    {
        HashSet<VoteJob> suspects = [.. batches.SelectMany(static batch => batch.Rows.Select(static part => part.Job))];
        suspects.IntersectWith(_tests.Jobs);
        if (suspects.Count == 1)
            _tests.EndWhere(suspects.Contains, error);
        else
            _tests.ForEach(job => job.Isolated |= suspects.Contains(job));
    }

    /// <summary>Tells tests their votes, and lets go of those that have ended.</summary>
    private void Settle()
    {
        _tests.Settle(_batches);
        Release();
    }

    private void Release()
    {
        // Before the callers hear of it: they may free the network then, and look at the figures.
        if (!_tests.Jobs.Any())
            DropAll();
        _tests.Release();
    }

    private void DropAll()
    {
        foreach (VoteWorker worker in _workers)
            worker.Drop();
    }
}
