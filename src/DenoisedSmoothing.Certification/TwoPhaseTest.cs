using DenoisedSmoothing.Votes;

namespace DenoisedSmoothing;

/// <summary>
/// The common part of every test that fixes its label first: some votes select, and fresh votes test it, one look after another. The label
/// can never depend on the votes that test it.
/// </summary>
/// <param name="n0">The number of votes that select.</param>
/// <param name="phase">The phase of the votes that test.</param>
/// <param name="looks">The numbers of those votes at which to look, in increasing order; the last one ends the test.</param>
/// <param name="classCount">K.</param>
internal abstract class TwoPhaseTest<TResult>(long n0, VotePhase phase, IReadOnlyList<long> looks, int classCount) : IVoteTest<TResult>
    where TResult : class
{
    private VoteCounts? _selection, _votes;
    private TResult? _result;
    private int _look;

    public VoteRequest? Next => (_selection, _result) switch
    {
        (null, _) => new VoteRequest(VotePhase.Selection, n0),
        (_, null) => new VoteRequest(phase, looks[_look] - (_votes?.Total ?? 0)),
        _ => null,
    };

    public TResult Result => VoteCheck.Finished(_result, Next);

    /// <summary>K.</summary>
    protected int ClassCount => classCount;

    public void Observe(VoteCounts votes)
    {
        VoteCheck.Requested(votes, Next, classCount);
        if (_selection is null)
        {
            _selection = votes;
            return;
        }

        _votes = _votes?.Add(votes) ?? votes;
        if (_look == looks.Count - 1 || IsDecided(_look, _selection.Top, _votes))
            _result = Conclude(_selection, _votes);
        else
            _look++;
    }

    public void Stop()
    {
        _selection ??= VoteCheck.None(classCount);
        _result ??= Conclude(_selection, _votes ?? VoteCheck.None(classCount));
    }

    /// <summary>Whether the test may end at a look before the last.</summary>
    /// <param name="look">Which look.</param>
    /// <param name="label">The label that was selected.</param>
    /// <param name="votes">All votes that test it.</param>
    protected abstract bool IsDecided(int look, int label, VoteCounts votes);

    /// <summary>The result: a function of only the final counts, so that it can be recomputed from them. There may be no votes.</summary>
    protected abstract TResult Conclude(VoteCounts selection, VoteCounts votes);
}
