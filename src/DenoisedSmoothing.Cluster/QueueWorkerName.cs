namespace DenoisedSmoothing.Cluster;

/// <summary>Who works.</summary>
/// <param name="Id">Unique for every worker that ever was.</param>
/// <param name="Host">The machine's name.</param>
/// <param name="Process">The process's number there.</param>
public sealed record QueueWorkerName(string Id, string Host, int Process)
{
    /// <summary>A name that no worker had before.</summary>
    public static QueueWorkerName New() => new(Guid.NewGuid().ToString("N"), Environment.MachineName, Environment.ProcessId);
}
