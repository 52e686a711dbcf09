using DenoisedSmoothing.Votes;

namespace DenoisedSmoothing.AspNetCore;

/// <summary>A certifier whose votes are observed as they come in; its answers are those of the inner one.</summary>
/// <param name="inner">The statistics.</param>
/// <param name="observe">Called for each test, and again where a test restarts from nothing; what it returns is called with the votes on
/// the scheduler's thread, where it must neither wait nor throw.</param>
internal sealed class ObservingCertifier(ICertifier inner, Func<Action<VotePhase, VoteCounts>> observe) : ICertifier
{
    public CertificationMethod Method => inner.Method;

    public VoteRange PredictionVotes => inner.PredictionVotes;

    public VoteRange CertificationVotes => inner.CertificationVotes;

    public IVoteTest<Prediction> Predict(int classCount) => new Test<Prediction>(inner.Predict(classCount), observe());

    public IVoteTest<Certificate> Certify(int classCount, IRadiusRule rule) =>
        new Test<Certificate>(inner.Certify(classCount, rule), observe());

    public IReadOnlyList<string> Warnings(int classCount) => inner.Warnings(classCount);

    private sealed class Test<TResult>(IVoteTest<TResult> inner, Action<VotePhase, VoteCounts> observed) : IVoteTest<TResult>
    {
        public VoteRequest? Next => inner.Next;

        public TResult Result => inner.Result;

        public void Observe(VoteCounts votes)
        {
            VotePhase phase = inner.Next!.Value.Phase;
            inner.Observe(votes);
            observed(phase, votes);
        }

        public void Stop() => inner.Stop();
    }
}
