namespace DenoisedSmoothing.Votes;

/// <summary>How many votes one answer takes, those of the selection included: the cost of an image, known beforehand.</summary>
/// <param name="Fewest">A number that no answer falls below; at least 1.</param>
/// <param name="Most">A number that no answer exceeds; equal to <paramref name="Fewest"/> where every answer takes the same.</param>
public readonly record struct VoteRange(long Fewest, long Most);
