namespace DenoisedSmoothing.Sampling;

/// <summary>Consecutive samples of one phase of one test, within one batch.</summary>
internal readonly record struct VoteRows(IOpenTest Test, VotePhase Phase, long FirstSample, int Count);
