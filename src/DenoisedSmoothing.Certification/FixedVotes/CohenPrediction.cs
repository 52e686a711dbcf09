using DenoisedSmoothing.Statistics;
using DenoisedSmoothing.Votes;

namespace DenoisedSmoothing;

/// <summary>
/// PREDICT of Cohen et al. 2019, section 3.2.1: the top label, when an exact test rules out that the runner-up is as likely.
/// </summary>
internal sealed class CohenPrediction(FixedVotesCertifier certifier, int classCount) : IVoteTest<Prediction>
{
    private Prediction? _result;

    public VoteRequest? Next => _result is null ? new VoteRequest(VotePhase.Prediction, certifier.PredictN) : null;

    public Prediction Result => VoteCheck.Finished(_result, Next);

    public void Observe(VoteCounts votes)
    {
        VoteCheck.Requested(votes, Next, classCount);
        _result = Conclude(votes);
    }

    public void Stop() => _result ??= Conclude(VoteCheck.None(classCount));

    private Prediction Conclude(VoteCounts votes)
    {
        int top = votes.Top, runnerUp = votes.RunnerUp;

        // A tie has p-value 1, and so always abstains.
        double pValue = BinomialTest.TwoSided(votes[top], votes[top] + votes[runnerUp]);
        return new Prediction
        {
            Label = pValue <= certifier.Alpha ? top : null,
            TopLabel = top,
            RunnerUpLabel = runnerUp,
            Votes = votes,
            PValue = pValue,
            Alpha = certifier.Alpha,
            Method = certifier.Method,
        };
    }
}
