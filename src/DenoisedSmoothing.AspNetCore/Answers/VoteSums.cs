using DenoisedSmoothing.Votes;

namespace DenoisedSmoothing.AspNetCore;

/// <summary>The votes of one image so far, phase by phase.</summary>
internal sealed class VoteSums(long most)
{
    private readonly Dictionary<VotePhase, VoteCounts> _sums = [];

    public VotesDocument With(VotePhase phase, VoteCounts votes)
    {
        VoteCounts sum = _sums[phase] = _sums.TryGetValue(phase, out VoteCounts? before) ? before.Add(votes) : votes;
        return new VotesDocument(phase.ToString().ToLowerInvariant(), sum.AsSpan().ToArray(), sum.Total, most);
    }
}
