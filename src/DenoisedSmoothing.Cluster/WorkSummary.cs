namespace DenoisedSmoothing.Cluster;

/// <summary>What a worker did.</summary>
/// <param name="Finished">Images whose answer was taken, those passed over included.</param>
/// <param name="TooLate">Answers that were not taken: the lease had run out, and someone else has the image.</param>
/// <param name="Failed">Images that failed here.</param>
public sealed record WorkSummary(long Finished, long TooLate, long Failed);
