namespace DenoisedSmoothing.AspNetCore;

/// <summary>Votes received so far, as an event in a stream.</summary>
/// <param name="Phase"><c>selection</c> or <c>estimation</c>; their votes are never added up.</param>
/// <param name="Counts">All votes of this phase so far, by label.</param>
/// <param name="Drawn">How many.</param>
/// <param name="Most">The most that this image may take, over all phases.</param>
internal sealed record VotesDocument(string Phase, long[] Counts, long Drawn, long Most);
