using DenoisedSmoothing.Votes;

namespace DenoisedSmoothing.Sampling;

/// <summary>Consecutive samples of one phase of one test, within one batch.</summary>
/// <param name="Job">The job to which they belong.</param>
/// <param name="Attempt">The start of the test to which they belong.</param>
/// <param name="Phase">The phase.</param>
/// <param name="FirstSample">The first sample's number.</param>
/// <param name="Count">How many.</param>
internal readonly record struct VoteRows(VoteJob Job, int Attempt, VotePhase Phase, long FirstSample, int Count);
