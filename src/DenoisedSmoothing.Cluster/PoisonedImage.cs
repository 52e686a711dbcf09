namespace DenoisedSmoothing.Cluster;

/// <summary>An image that failed repeatedly and is no longer tried.</summary>
/// <param name="Image">Its index in the data set.</param>
/// <param name="Attempts">How often it was tried.</param>
/// <param name="Error">The last error.</param>
public sealed record PoisonedImage(long Image, int Attempts, string Error);
