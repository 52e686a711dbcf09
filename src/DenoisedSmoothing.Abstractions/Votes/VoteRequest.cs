namespace DenoisedSmoothing.Votes;

/// <summary>What a vote test wants next: <paramref name="Count"/> further independent votes of a phase.</summary>
/// <param name="Phase">The phase that the votes belong to.</param>
/// <param name="Count">How many; above 0.</param>
public readonly record struct VoteRequest(VotePhase Phase, long Count);
