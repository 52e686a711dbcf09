namespace DenoisedSmoothing.AspNetCore;

/// <summary>A place for a request in progress; disposing it lets the next one in.</summary>
internal sealed class Place(AdmissionQueue queue, long entered) : IDisposable
{
    private int _left;

    /// <summary>When it was given, in the queue's time.</summary>
    public long Entered => entered;

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _left, 1) == 0)
            queue.Leave(this);
    }
}
