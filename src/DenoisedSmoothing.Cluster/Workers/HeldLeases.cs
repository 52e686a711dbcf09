using System.Collections.Concurrent;

namespace DenoisedSmoothing.Cluster.Workers;

/// <summary>The leases of a worker, from the moment they are had until their answer is handed in. Safe for concurrent use.</summary>
internal sealed class HeldLeases
{
    private readonly ConcurrentDictionary<long, LeasedImage> _leases = [];

    public IReadOnlyCollection<LeasedImage> All => [.. _leases.Values];

    public void Add(LeasedImage lease) => _leases[lease.Image] = lease;

    /// <summary>Lets go of a lease, unless the image has been leased anew meanwhile.</summary>
    public void Remove(LeasedImage lease) => _leases.TryRemove(KeyValuePair.Create(lease.Image, lease));
}
