using System.Diagnostics;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing;

/// <summary>
/// Runs the tests of many images together: each device batch is filled with rows from all open tests, oldest image first, and a test
/// observes its votes when its request is full. Counts are integers, so the order in which rows are drawn does not matter.
/// </summary>
internal sealed class VotePool(IReadOnlyList<VoteSampler> samplers, int classCount, int batch)
{
    // An accelerator works behind the host; waiting now and then bounds the batches in flight and notices NaN scores early.
    private const int RoundsBetweenWaits = 16;
    private static readonly TimeSpan ProgressEvery = TimeSpan.FromMilliseconds(100);

    /// <summary>Runs all tests; results come in the order of the tests, as soon as they are ready.</summary>
    /// <param name="tests">Drawn from only as rows are needed; all images have one shape.</param>
    /// <param name="imageShape">[C,H,W] of the images read so far.</param>
    /// <param name="progress">Told about ten times a second.</param>
    /// <param name="cancellationToken">Looked at before every round and every result.</param>
    public IEnumerable<TResult> Run<TResult>(
        IEnumerable<OpenTest<TResult>> tests, Func<long[]> imageShape, IProgress<SmoothingProgress>? progress, CancellationToken cancellationToken)
    {
        using IEnumerator<OpenTest<TResult>> source = tests.GetEnumerator();
        using CountTables tables = new(samplers);
        Queue<OpenTest<TResult>> open = new();
        Stopwatch sinceProgress = Stopwatch.StartNew();
        bool more = true;
        long finished = 0, total = 0;
        for (int round = 1; ; round++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            long unplanned = open.Sum(test => test.Unplanned);
            while (more && unplanned < (long)batch * samplers.Count && (more = source.MoveNext()))
            {
                source.Current.Slot = tables.Rent();
                open.Enqueue(source.Current);
                unplanned += source.Current.Unplanned;
            }

            if (open.Count == 0)
                yield break;

            total += Round(open, imageShape(), tables);
            if (progress is not null && sinceProgress.Elapsed >= ProgressEvery && open.Peek() is { Request: { } request } first)
            {
                sinceProgress.Restart();
                progress.Report(new SmoothingProgress(finished, first.ImageIndex, request.Phase, first.Drawn, request.Count, total));
            }

            if (round % RoundsBetweenWaits == 0)
                tables.CheckFinite();
            foreach (OpenTest<TResult> test in open)
            {
                while (test.RequestFull)
                {
                    tables.CheckFinite();
                    test.Observe(tables.Take(test.Slot, classCount));
                }
            }

            while (open.TryPeek(out OpenTest<TResult>? oldest) && oldest.Request is null)
            {
                cancellationToken.ThrowIfCancellationRequested();
                tables.Return(open.Dequeue().Slot);
                finished++;
                yield return oldest.Result;
            }
        }
    }

    /// <summary>One batch on every device that there are rows for.</summary>
    private int Round<TResult>(Queue<OpenTest<TResult>> open, long[] imageShape, CountTables tables)
    {
        List<List<VoteRows>> plans = [];
        foreach (VoteSampler _ in samplers)
        {
            List<VoteRows> plan = [];
            int room = batch;
            foreach (OpenTest<TResult> test in open)
            {
                if (room > 0 && test.Unplanned > 0)
                {
                    VoteRows rows = test.Plan(room);
                    plan.Add(rows);
                    room -= rows.Count;
                }
            }

            if (plan.Count > 0)
                plans.Add(plan);
        }

        if (plans.Count == 1)
        {
            tables.Draw(0, plans[0], imageShape);
        }
        else
        {
            PlainParallel.For(plans.Count, replica => tables.Draw(replica, plans[replica], imageShape));
        }

        int drawn = 0;
        foreach (VoteRows rows in plans.SelectMany(plan => plan))
        {
            rows.Test.Counted(rows.Count);
            drawn += rows.Count;
        }

        return drawn;
    }

    /// <summary>Each device's vote counts, a row a test in work.</summary>
    private sealed class CountTables : IDisposable
    {
        private readonly IReadOnlyList<VoteSampler> _samplers;
        private readonly Tensor[] _counts;
        private readonly Tensor[] _flags;
        private readonly Stack<int> _free = new();
        private int _slots;

        public CountTables(IReadOnlyList<VoteSampler> samplers)
        {
            _samplers = samplers;
            _counts = [.. samplers.Select(sampler => sampler.NewCounts(0))];
            _flags = [.. samplers.Select(sampler => sampler.NewFlag())];
        }

        public int Rent()
        {
            if (_free.Count == 0)
                Grow();
            return _free.Pop();
        }

        public void Return(int slot) => _free.Push(slot);

        public void Draw(int replica, List<VoteRows> rows, long[] imageShape) => _samplers[replica].Draw(rows, imageShape, _counts[replica], _flags[replica]);

        public VoteCounts Take(int slot, int classCount)
        {
            long[] votes = new long[classCount];
            for (int replica = 0; replica < _samplers.Count; replica++)
            {
                long[] part = _samplers[replica].Take(_counts[replica], slot);
                for (int label = 0; label < classCount; label++)
                    votes[label] += part[label];
            }

            return new VoteCounts(votes);
        }

        public void CheckFinite()
        {
            foreach (Tensor flag in _flags)
                VoteSampler.CheckFinite(flag);
        }

        public void Dispose()
        {
            foreach (Tensor table in _counts)
                table.Dispose();
            foreach (Tensor flag in _flags)
                flag.Dispose();
        }

        private void Grow()
        {
            int slots = Math.Max(4, 2 * _slots);
            for (int replica = 0; replica < _samplers.Count; replica++)
            {
                using DisposeScope scope = NewDisposeScope();
                Tensor larger = _samplers[replica].NewCounts(slots);
                if (_slots > 0)
                    larger.narrow(0, 0, _slots).copy_(_counts[replica].narrow(0, 0, _slots));
                _counts[replica].Dispose();
                _counts[replica] = larger;
            }

            for (int slot = slots - 1; slot >= _slots; slot--)
                _free.Push(slot);
            _slots = slots;
        }
    }
}
