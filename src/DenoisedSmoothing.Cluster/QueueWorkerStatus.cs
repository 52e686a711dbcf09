namespace DenoisedSmoothing.Cluster;

/// <summary>A worker, as the queue knows it.</summary>
/// <param name="Worker">Who.</param>
/// <param name="Started">When it was first seen, by the database's clock.</param>
/// <param name="Heartbeat">When it was last seen.</param>
/// <param name="HasLeft">Whether it said that it leaves.</param>
/// <param name="Done">How many of the run's answers are its own.</param>
public sealed record QueueWorkerStatus(
    QueueWorkerName Worker, DateTimeOffset Started, DateTimeOffset Heartbeat, bool HasLeft, long Done);
