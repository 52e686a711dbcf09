namespace DenoisedSmoothing.Cluster.Tests;

/// <summary>Tests that share a server, one after the other: some stop it, and some measure times.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class QueueTests : ICollectionFixture<QueuePlaces>
{
    public const string Name = "queue";
}
