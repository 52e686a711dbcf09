namespace DenoisedSmoothing.Cluster;

/// <summary>The name of a worker.</summary>
/// <param name="Id">Unique among all workers, past and present.</param>
/// <param name="Host">The machine's name.</param>
/// <param name="Process">The process's number on that machine.</param>
public sealed record QueueWorkerName(string Id, string Host, int Process)
{
    /// <summary>A name that no worker has had before.</summary>
    public static QueueWorkerName New() => new(Guid.NewGuid().ToString("N"), Environment.MachineName, Environment.ProcessId);
}
