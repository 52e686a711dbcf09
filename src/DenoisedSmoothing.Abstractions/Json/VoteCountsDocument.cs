namespace DenoisedSmoothing;

/// <summary>The JSON of <see cref="VoteCounts"/>. Schema 1 wrote the counts alone, as an array.</summary>
internal sealed record VoteCountsDocument(IReadOnlyList<long> Counts, long Missed)
{
    public static VoteCountsDocument Of(VoteCounts votes) => new(votes.AsSpan().ToArray(), votes.Missed);

    public VoteCounts ToVoteCounts() => new([.. Counts]) { Missed = Missed };
}
