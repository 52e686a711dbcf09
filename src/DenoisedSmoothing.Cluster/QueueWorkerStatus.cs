namespace DenoisedSmoothing.Cluster;

/// <summary>A worker, as recorded in the queue.</summary>
/// <param name="Worker">Its name.</param>
/// <param name="Started">When it was first seen, by the database's clock.</param>
/// <param name="Heartbeat">When it was last seen.</param>
/// <param name="HasLeft">Whether it reported that it leaves.</param>
/// <param name="Done">How many of the run's answers it gave.</param>
public sealed record QueueWorkerStatus(
    QueueWorkerName Worker, DateTimeOffset Started, DateTimeOffset Heartbeat, bool HasLeft, long Done);
