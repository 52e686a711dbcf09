using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Sampling;

/// <summary>One replica's work: the batch it computes, the next one, and votes that were not read back yet.</summary>
/// <param name="sampler">The replica.</param>
/// <param name="alone">Whether it is the only one: then it computes on the scheduler's thread.</param>
internal sealed class VoteWorker(VoteSampler sampler, bool alone)
{
    // An accelerator works behind the host; reading now and then bounds the batches in flight.
    private const int MostUnread = 16;

    private readonly List<(NoisyBatch Batch, Tensor Votes)> _unread = [];
    private NoisyBatch? _next;

    /// <summary>What it computes; null when it is idle.</summary>
    public NoisyBatch? Current { get; private set; }

    /// <summary>The work on another thread; null when there is none.</summary>
    public Task<Tensor>? Running { get; private set; }

    /// <summary>Whether a further batch should be planned now, so that its noise is ready in time.</summary>
    public bool WantsNext => sampler.RunsBehindHost && _next is null;

    /// <summary>Whether votes must be read back before more work: at once on the CPU, where that is free.</summary>
    public bool MustRead => _unread.Count >= (sampler.RunsBehindHost ? MostUnread : 1);

    /// <summary>The batches whose votes were not read back yet.</summary>
    public IEnumerable<NoisyBatch> Unread => _unread.Select(static unread => unread.Batch);

    /// <summary>Plans a batch ahead of its turn and starts making its noise.</summary>
    public void Prepare(NoisyBatch next)
    {
        _next = next;
        sampler.MakeAhead(next);
    }

    /// <summary>The batch that was prepared, if any test still wants its rows; the caller starts it.</summary>
    public NoisyBatch? TakePrepared()
    {
        NoisyBatch? prepared = _next;
        _next = null;
        if (prepared is null || prepared.IsAwaited)
            return prepared;
        prepared.Drop();
        return null;
    }

    public void Start(NoisyBatch batch)
    {
        Current = batch;
        Running = sampler.Start(batch, elsewhere: !alone);
    }

    /// <summary>
    /// Ends the work that <see cref="Start"/> began, here and now if no other thread does; its error comes through as it is.
    /// </summary>
    public void Finish()
    {
        NoisyBatch batch = Current!;
        Task<Tensor>? running = Running;
        (Current, Running) = (null, null);
        using (batch)
            _unread.Add((batch, running is null ? sampler.Draw(batch) : running.GetAwaiter().GetResult()));
        batch.Sent();
    }

    /// <summary>Reads the votes back, waiting for the device, and gives them to their tests.</summary>
    public void Read()
    {
        if (_unread.Count == 0)
            return;
        try
        {
            int start = 0;
            long[] labels = Labels();
            foreach ((NoisyBatch batch, _) in _unread)
            {
                batch.Deliver(labels.AsSpan(start, batch.Size));
                start += batch.Size;
            }
        }
        finally
        {
            DropUnread();
        }
    }

    /// <summary>Waits for the work in hand and drops it all.</summary>
    public void Drop()
    {
        if (Running is { } running)
        {
            Task.WaitAny(running); // not Wait, which would throw its error: the work ends, or starts again, for a reason of its own
            if (running.IsCompletedSuccessfully)
                running.Result.Dispose();
        }

        Current?.Drop();
        _next?.Drop();
        (Current, _next, Running) = (null, null, null);
        foreach (NoisyBatch batch in Unread)
            batch.Drop();
        DropUnread();
    }

    private long[] Labels()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = inference_mode();
        Tensor votes = _unread.Count == 1 ? _unread[0].Votes : cat([.. _unread.Select(static unread => unread.Votes)]);
        return votes.to(CPU).data<long>().ToArray();
    }

    private void DropUnread()
    {
        foreach ((_, Tensor votes) in _unread)
            votes.Dispose();
        _unread.Clear();
    }
}
