namespace DenoisedSmoothing.Sampling;

/// <summary>
/// Decides which rows go into the next forward pass. Callers get equal shares of it, so that a certificate of 100,000 votes does not hold
/// up a prediction of 40; within a call the oldest image comes first.
/// </summary>
internal sealed class RowPlanner
{
    private int _turn;

    /// <summary>A full batch of images of one shape, or null where no test waits for rows.</summary>
    public NoisyBatch? Plan(IReadOnlyList<VoteCaller> callers)
    {
        VoteCaller[] waiting = [.. InTurn(callers).Where(static caller => caller.Jobs.Exists(static job => job.Unplanned > 0))];
        if (waiting.Length == 0)
            return null;
        _turn++;
        VoteJob first = waiting[0].Jobs.First(static job => job.Unplanned > 0);
        Rows rows = new(first.Batch);
        int asked;
        if (first.Isolated)
        {
            rows.Add(first.Plan(rows.Room));
            asked = first.Batch - rows.Room;
            AddAhead(rows, [first]);
        }
        else
        {
            VoteJob[][] mates = [.. waiting.Select(caller => caller.Jobs.Where(job => SharesPassWith(first, job)).ToArray())
                .Where(static jobs => jobs.Length > 0)];
            AddShares(rows, mates);
            asked = first.Batch - rows.Room;
            AddAhead(rows, [.. InTurn(callers).SelectMany(caller => caller.Jobs.Where(job => SharesPassWith(first, job)))]);
        }

        return new NoisyBatch(rows.Parts, first.Batch, first.Image.Shape, asked);
    }

    private static bool SharesPassWith(VoteJob first, VoteJob job) =>
        job.Request is not null && !job.Isolated && job.Batch == first.Batch && job.Image.Shape.AsSpan().SequenceEqual(first.Image.Shape);

    private static void AddShares(Rows rows, VoteJob[][] jobsByCaller)
    {
        for (int caller = 0; caller < jobsByCaller.Length; caller++)
        {
            int callersLeft = jobsByCaller.Length - caller;
            AddOldest(rows, jobsByCaller[caller], share: (rows.Room + callersLeft - 1) / callersLeft);
        }

        // What some did not need is shared by all.
        foreach (VoteJob[] jobs in jobsByCaller)
            AddOldest(rows, jobs, rows.Room);
    }

    private static void AddOldest(Rows rows, VoteJob[] jobs, int share)
    {
        foreach (VoteJob job in jobs)
        {
            while (share > 0 && job.Unplanned > 0)
                share -= rows.Add(job.Plan(share));
        }
    }

    /// <summary>
    /// Rows that would be padding are used for samples that the tests will probably ask for next: one early look is soon followed by
    /// another.
    /// </summary>
    private static void AddAhead(Rows rows, VoteJob[] jobs)
    {
        for (int i = 0; i < jobs.Length; i++)
        {
            int jobsLeft = jobs.Length - i, share = (rows.Room + jobsLeft - 1) / jobsLeft;
            if (share > 0)
                rows.Add(jobs[i].PlanAhead(share));
        }
    }

    private IEnumerable<VoteCaller> InTurn(IReadOnlyList<VoteCaller> callers) =>
        Enumerable.Range(0, callers.Count).Select(i => callers[(int)((uint)(_turn + i) % callers.Count)]);

    private sealed class Rows(int size)
    {
        public List<VoteRows> Parts { get; } = [];

        public int Room { get; private set; } = size;

        public int Add(in VoteRows part)
        {
            if (part.Count > 0)
                Parts.Add(part);
            Room -= part.Count;
            return part.Count;
        }
    }
}
