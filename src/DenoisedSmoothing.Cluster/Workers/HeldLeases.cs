using System.Collections.Concurrent;

namespace DenoisedSmoothing.Cluster.Workers;

/// <summary>The leases of a worker, from when they are obtained until their answer is submitted. Safe for concurrent use.</summary>
internal sealed class HeldLeases
{
    private readonly ConcurrentDictionary<long, LeasedImage> _leases = [];

    public IReadOnlyCollection<LeasedImage> All => [.. _leases.Values];

    public void Add(LeasedImage lease) => _leases[lease.Image] = lease;

    /// <summary>Releases a lease, unless the image has been leased again meanwhile.</summary>
    public void Remove(LeasedImage lease) => _leases.TryRemove(KeyValuePair.Create(lease.Image, lease));
}
