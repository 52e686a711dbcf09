namespace DenoisedSmoothing.Cluster.Workers;

/// <summary>
/// The images for a worker, leased as they are taken: as many at once as fill the portion's time, judged by the time that images have taken
/// so far. For one thread.
/// </summary>
internal sealed class ImageFeed(
    IWorkQueue queue, QueuedRun run, string worker, HeldLeases held, WorkerOptions options, CancellationToken stop)
{
    private readonly Queue<LeasedImage> _leased = new();
    private readonly Dictionary<int, LeasedImage> _inFlight = [];
    private readonly LeaseSize _size = new(options.Portion);

    /// <summary>Whether there is an image waiting to be worked on alone.</summary>
    public bool HasMore => _leased.Count > 0;

    /// <summary>Images taken but not finished.</summary>
    public IReadOnlyCollection<LeasedImage> InFlight => _inFlight.Values;

    /// <summary>
    /// Images until none are available. An image that was tried before comes alone: if it brings down the process, it takes no other image
    /// with it.
    /// </summary>
    public IEnumerable<int> Images()
    {
        _size.Begin();
        while (!stop.IsCancellationRequested && (_leased.Count > 0 || Lease()))
        {
            bool alone = _leased.Peek().Attempts > 0;
            if (alone && _inFlight.Count > 0)
                yield break;
            LeasedImage next = _leased.Dequeue();
            _inFlight.Add((int)next.Image, next);
            yield return (int)next.Image;
            if (alone)
                yield break;
        }
    }

    /// <summary>Notes that an image is finished.</summary>
    public LeasedImage Finished(int image)
    {
        _size.Finished();
        return _inFlight.Remove(image, out LeasedImage lease)
            ? lease
            : throw new InvalidOperationException($"Image {image} was not asked for.");
    }

    private bool Lease()
    {
        // Taken in the middle of synchronous work.
        foreach (LeasedImage lease in queue.LeaseAsync(run, worker, _size.Next, options.Lease, stop).GetAwaiter().GetResult())
        {
            held.Add(lease);
            _leased.Enqueue(lease);
        }

        return _leased.Count > 0;
    }
}
