namespace DenoisedSmoothing.Logs;

/// <summary>An image that a run skipped, according to its log.</summary>
/// <param name="Index">The image's index in its data set.</param>
/// <param name="Reason">Why, in a sentence.</param>
public sealed record SkippedImage(long Index, string Reason);
