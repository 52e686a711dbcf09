namespace DenoisedSmoothing.Votes;

/// <summary>How many votes one answer takes, including those of the selection: the cost of an image, known beforehand.</summary>
/// <param name="Fewest">No answer takes fewer; at least 1.</param>
/// <param name="Most">No answer takes more; equal to <paramref name="Fewest"/> where every answer takes the same.</param>
public readonly record struct VoteRange(long Fewest, long Most);
