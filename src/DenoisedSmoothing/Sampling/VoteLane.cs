using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Sampling;

/// <summary>One replica's work within one call: the batch it computes, the next one, and votes that were not read back yet.</summary>
/// <param name="sampler">The replica.</param>
/// <param name="alone">Whether it is the only one: then it computes on the calling thread.</param>
internal sealed class VoteLane(VoteSampler sampler, bool alone) : IDisposable
{
    // An accelerator works behind the host; reading now and then bounds the batches in flight and notices NaN scores early.
    private const int MostUnread = 16;

    private readonly List<(NoisyBatch Batch, Tensor Votes)> _unread = [];
    private NoisyBatch? _current, _next;

    /// <summary>The work on another thread; null when there is none.</summary>
    public Task<Tensor>? Running { get; private set; }

    public bool Idle => _current is null;

    /// <summary>Whether a further batch should be planned now, so that its noise is ready in time.</summary>
    public bool WantsNext => sampler.WorksBehind && _next is null;

    /// <summary>Whether votes must be read back before more work: at once on the CPU, where that is free.</summary>
    public bool MustRead => _unread.Count >= (sampler.WorksBehind ? MostUnread : 1);

    /// <summary>Plans a batch ahead of its turn and starts making its noise.</summary>
    public void Prepare(NoisyBatch next)
    {
        _next = next;
        sampler.MakeAhead(next);
    }

    /// <summary>The batch that was prepared, if any; the caller starts it.</summary>
    public NoisyBatch? TakePrepared()
    {
        NoisyBatch? prepared = _next;
        _next = null;
        return prepared;
    }

    public void Start(NoisyBatch batch)
    {
        _current = batch;
        if (!alone)
            Running = Task.Run(() => sampler.Draw(batch));
    }

    /// <summary>Ends the work that <see cref="Start"/> began, here and now if nobody else does it; its error comes through as it is.</summary>
    /// <returns>Votes drawn.</returns>
    public int Finish()
    {
        NoisyBatch batch = _current!;
        Task<Tensor>? running = Running;
        (_current, Running) = (null, null);
        using (batch)
            _unread.Add((batch, running is null ? sampler.Draw(batch) : running.GetAwaiter().GetResult()));
        batch.Left();
        return batch.Wanted;
    }

    /// <summary>Reads the votes back, waiting for the device, and gives them to their tests.</summary>
    public void Read()
    {
        if (_unread.Count == 0)
            return;
        long[] labels;
        using (DisposeScope scope = NewDisposeScope())
        using (inference_mode())
        {
            Tensor votes = _unread.Count == 1 ? _unread[0].Votes : cat([.. _unread.Select(unread => unread.Votes)]);
            labels = votes.to(CPU).data<long>().ToArray();
        }

        int start = 0;
        foreach ((NoisyBatch batch, _) in _unread)
        {
            batch.Deliver(labels.AsSpan(start, batch.Size));
            start += batch.Size;
        }

        DropUnread();
    }

    /// <summary>Waits for the work in hand and drops it all.</summary>
    public void Dispose()
    {
        if (Running is { } running)
        {
            Task.WaitAny(running); // not Wait, which would throw its error: the call ends, or starts again, for a reason of its own
            if (running.IsCompletedSuccessfully)
                running.Result.Dispose();
        }

        _current?.Dispose();
        _next?.Dispose();
        (_current, _next, Running) = (null, null, null);
        DropUnread();
    }

    private void DropUnread()
    {
        foreach ((_, Tensor votes) in _unread)
            votes.Dispose();
        _unread.Clear();
    }
}
