namespace DenoisedSmoothing.Logs;

/// <summary>The last line of a finished log's JSON lines: how much comes before it.</summary>
/// <param name="Images">Lines with a certificate or a prediction.</param>
/// <param name="Skipped">Lines for skipped images.</param>
internal sealed record LogEnd(long Images, long Skipped);
