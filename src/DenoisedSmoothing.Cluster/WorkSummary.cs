namespace DenoisedSmoothing.Cluster;

/// <summary>What a worker did.</summary>
/// <param name="Finished">Images whose answer was accepted, including skipped ones.</param>
/// <param name="TooLate">Answers that were not accepted: the lease had expired, and another worker has the image.</param>
/// <param name="Failed">Images that failed here.</param>
public sealed record WorkSummary(long Finished, long TooLate, long Failed);
