using DenoisedSmoothing.Votes;

namespace DenoisedSmoothing.Staged;

/// <summary>Stage after stage until one decides: each is a separate certification, whose votes no other sees.</summary>
internal sealed class StagedCertification(StagedCertifier certifier, int classCount, IRadiusRule rule) : IVoteTest<Certificate>
{
    private readonly double _needed = rule.ProbabilityFor(certifier.Radius);
    private StageTest _stage = new(certifier, certifier.Stages[0], classCount, rule);
    private int _number;
    private Certificate? _last, _result;

    public VoteRequest? Next => _result is null ? _stage.Next : null;

    public Certificate Result => VoteCheck.Finished(_result, Next);

    public void Observe(VoteCounts votes)
    {
        VoteCheck.Requested(votes, Next, classCount);
        _stage.Observe(votes);
        if (_stage.Next is not null)
            return;
        _last = _stage.Result;
        if (++_number == certifier.Stages.Count || certifier.Decides(_last, _needed))
            _result = _last;
        else
            _stage = new StageTest(certifier, certifier.Stages[_number], classCount, rule);
    }

    public void Stop()
    {
        // The bounds of all stages hold at once, so that of the last complete one may be stated, whatever the reason that no other follows.
        if (_last is null)
            _stage.Stop();
        _result ??= _last ?? _stage.Result;
    }
}
