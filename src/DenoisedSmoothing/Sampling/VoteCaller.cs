using System.Diagnostics;
using DenoisedSmoothing.Votes;

namespace DenoisedSmoothing.Sampling;

/// <summary>One call of Predict or Certify among those that share batches: its unfinished jobs, oldest first.</summary>
/// <remarks>The jobs belong to the scheduler. The call itself waits here and reads what the scheduler has published.</remarks>
internal sealed class VoteCaller
{
    private readonly object _news = new();
    private long _version;
    private Status _status = new(0, 0, null);
    private long _drawnBefore; // for jobs that have ended; used by the scheduler

    /// <param name="Unplanned">Rows that its jobs want and that are in no batch yet.</param>
    /// <param name="TotalDrawn">Votes drawn for it.</param>
    /// <param name="Oldest">What its oldest unfinished job is doing.</param>
    public sealed record Status(long Unplanned, long TotalDrawn, (long ImageIndex, VotePhase Phase, long Drawn, long Requested)? Oldest);

    /// <summary>Used by the scheduler.</summary>
    public List<VoteJob> Jobs { get; } = [];

    /// <summary>What was last published.</summary>
    public Status Latest
    {
        get
        {
            lock (_news)
                return _status;
        }
    }

    /// <summary>The number of the latest news: what to wait beyond.</summary>
    public long Version
    {
        get
        {
            lock (_news)
                return _version;
        }
    }

    /// <summary>Counts rows of jobs on their way to the scheduler.</summary>
    public void Expect(long rows)
    {
        lock (_news)
            _status = _status with { Unplanned = _status.Unplanned + rows };
    }

    /// <summary>Counts what was drawn for a job that has left <see cref="Jobs"/>.</summary>
    public void Ended(VoteJob job) => _drawnBefore += job.TotalDrawn;

    /// <summary>Publishes the state of the jobs, and that there may be results.</summary>
    public void Publish()
    {
        VoteJob? oldest = Jobs.Find(static job => job.Request is not null);
        Status status = new(
            Jobs.Sum(static job => job.Unplanned), _drawnBefore + Jobs.Sum(static job => job.TotalDrawn),
            oldest?.Request is { } request ? (oldest.Image.Index, request.Phase, oldest.Drawn, request.Count) : null);
        lock (_news)
        {
            _status = status;
            _version++;
            Monitor.PulseAll(_news);
        }
    }

    /// <summary>Waits for news.</summary>
    /// <param name="seen">The last that the caller has seen.</param>
    /// <param name="atMost">How long to wait.</param>
    public void WaitBeyond(long seen, TimeSpan atMost)
    {
        long end = Stopwatch.GetTimestamp() + (long)(atMost.TotalSeconds * Stopwatch.Frequency);
        lock (_news)
        {
            while (_version == seen)
            {
                TimeSpan left = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), end);
                if (left <= TimeSpan.Zero || !Monitor.Wait(_news, left))
                    return;
            }
        }
    }
}
