namespace DenoisedSmoothing.Cluster;

/// <summary>An image that a worker holds for a time.</summary>
/// <param name="Image">Its index in the data set.</param>
/// <param name="Fence">The fencing number: every lease of an image has a higher one than the previous lease.</param>
/// <param name="Attempts">How often it failed, or its worker was lost, before.</param>
public readonly record struct LeasedImage(long Image, long Fence, int Attempts);
