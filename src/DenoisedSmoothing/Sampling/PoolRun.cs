using System.Diagnostics;

namespace DenoisedSmoothing.Sampling;

/// <summary>One call of a <see cref="VotePool"/>: its tests in work, oldest first, and its lanes, one a replica, each of which takes the next rows when it is free.</summary>
internal sealed class PoolRun<TResult>(
    VotePool pool, IEnumerator<OpenTest<TResult>> source, Func<long[]> imageShape, IProgress<SmoothingProgress>? progress) : IDisposable
{
    private static readonly TimeSpan ProgressEvery = TimeSpan.FromMilliseconds(100);

    private readonly VoteLane[] _lanes = [.. pool.Samplers.Select(sampler => new VoteLane(sampler, alone: pool.Samplers.Count == 1))];
    private readonly Queue<OpenTest<TResult>> _open = new();
    private readonly Stopwatch _sinceProgress = Stopwatch.StartNew();
    private bool _more = true;
    private int _batch;
    private long _finished, _total;

    /// <summary>A batch or so of work.</summary>
    /// <returns>False when there is none left.</returns>
    public bool Step()
    {
        OpenTests();
        if (_open.Count == 0)
            return false;
        try
        {
            Draw();
        }
        catch (Exception e) when (OutOfMemory.Is(e))
        {
            StartAgainWithHalf(e);
            return true;
        }

        Report();
        foreach (OpenTest<TResult> test in _open)
        {
            while (test.RequestFull)
                test.Observe();
        }

        return true;
    }

    /// <summary>The oldest test, if it has finished.</summary>
    public OpenTest<TResult>? TakeFinished()
    {
        if (!_open.TryPeek(out OpenTest<TResult>? oldest) || oldest.Request is not null)
            return null;
        _finished++;
        return _open.Dequeue();
    }

    public void Dispose()
    {
        foreach (VoteLane lane in _lanes)
            lane.Dispose();
    }

    /// <summary>Opens tests until every lane that is free, or plans ahead, can have a full batch.</summary>
    private void OpenTests()
    {
        long unplanned = Unplanned;
        while (_more && (_open.Count == 0 || unplanned < (long)_batch * _lanes.Sum(lane => (lane.Idle ? 1 : 0) + (lane.WantsNext ? 1 : 0))))
        {
            if (!(_more = source.MoveNext()))
                return;
            if (_batch == 0)
                _batch = pool.BatchFor(imageShape());
            source.Current.Start(_batch);
            _open.Enqueue(source.Current);
            unplanned += source.Current.Unplanned;
        }
    }

    private void Draw()
    {
        foreach (VoteLane lane in _lanes.Where(lane => lane.Idle))
        {
            if ((lane.TakePrepared() ?? Plan()) is { } batch)
                lane.Start(batch);
        }

        WaitForAny();
        foreach (VoteLane lane in _lanes.Where(lane => !lane.Idle && lane.Running is not { IsCompleted: false }))
            _total += lane.Finish();

        // Before the votes are waited for, so that the noise is made meanwhile; full batches only, since later there may be more rows.
        foreach (VoteLane lane in _lanes.Where(lane => lane.WantsNext))
        {
            if (Unplanned >= _batch)
                lane.Prepare(Plan()!);
        }

        bool awaited = _open.Any(test => test.AwaitsVotes);
        foreach (VoteLane lane in _lanes.Where(lane => awaited || lane.MustRead))
            lane.Read();
    }

    private long Unplanned => _open.Sum(test => test.Unplanned);

    private NoisyBatch? Plan()
    {
        List<VoteRows> rows = [];
        int room = _batch;
        foreach (OpenTest<TResult> test in _open)
        {
            if (room > 0 && test.Unplanned > 0)
                Add(test.Plan(room));
        }

        if (rows.Count == 0)
            return null;

        // Rows that would be padding go to samples that the tests will probably ask for next: one early look is soon followed by another.
        int unfinished = _open.Count(test => test.Request is not null);
        foreach (OpenTest<TResult> test in _open.Where(test => test.Request is not null))
        {
            int share = (room + unfinished - 1) / unfinished--;
            if (share > 0)
                Add(test.PlanAhead(share));
        }

        return new NoisyBatch([.. rows.Where(part => part.Count > 0)], _batch, imageShape());

        void Add(VoteRows part)
        {
            rows.Add(part);
            room -= part.Count;
        }
    }

    private void WaitForAny()
    {
        Task[] running = [.. _lanes.Select(lane => lane.Running).OfType<Task>()];
        if (running.Length > 0)
            Task.WaitAny(running);
    }

    /// <summary>
    /// Unfinished tests start from nothing with half the batch: a certificate's votes all come from one batch size. Sound, since whether memory
    /// runs out does not depend on the votes; and their noise is the same again, being a function of seed and sample, so nobody gets a second try.
    /// </summary>
    private void StartAgainWithHalf(Exception error)
    {
        Dispose();
        _batch = pool.Halve(_batch, error);
        foreach (OpenTest<TResult> test in _open.Where(test => test.Request is not null))
            test.Start(_batch);
    }

    private void Report()
    {
        if (progress is null || _sinceProgress.Elapsed < ProgressEvery || _open.Peek() is not { Request: { } request } first)
            return;
        _sinceProgress.Restart();
        progress.Report(new SmoothingProgress(_finished, first.ImageIndex, request.Phase, first.Drawn, request.Count, _total));
    }
}
