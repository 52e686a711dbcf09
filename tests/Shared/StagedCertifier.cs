using DenoisedSmoothing.Votes;

namespace DenoisedSmoothing.Testing;

/// <summary>
/// A certifier that asks for a given list of requests, as a sequential test does, and concludes nothing but the votes: those of the
/// selection phase, and those of all others together. Its results abstain.
/// </summary>
internal sealed class StagedCertifier(params VoteRequest[] stages) : ICertifier
{
    public CertificationMethod Method { get; } = new("staged");

    public VoteRange PredictionVotes => new(stages.Sum(static stage => stage.Count), stages.Sum(static stage => stage.Count));

    public VoteRange CertificationVotes => PredictionVotes;

    public IReadOnlyList<string> Warnings(int classCount) => [];

    public IVoteTest<Certificate> Certify(int classCount, IRadiusRule rule) =>
        new Test<Certificate>(stages, classCount, (selection, rest) => new Certificate
    {
        Label = null,
        Radius = 0,
        SelectedLabel = selection.Top,
        PALower = 0,
        PBUpper = 1,
        SelectionVotes = selection,
        EstimationVotes = rest,
        Alpha = .5,
        Sigma = rule.Sigma,
        Noise = rule.Description,
        Method = Method,
    });

    public IVoteTest<Prediction> Predict(int classCount) => new Test<Prediction>(stages, classCount, (_, rest) => new Prediction
    {
        Label = null,
        TopLabel = rest.Top,
        RunnerUpLabel = rest.RunnerUp,
        Votes = rest,
        PValue = 1,
        Alpha = .5,
        Method = Method,
    });

    private sealed class Test<T>(VoteRequest[] stages, int classCount, Func<VoteCounts, VoteCounts, T> conclude) : IVoteTest<T>
    {
        private VoteCounts _selection = new(new long[classCount]), _rest = new(new long[classCount]);
        private int _stage;

        public VoteRequest? Next => _stage < stages.Length ? stages[_stage] : null;

        public T Result => Next is null ? conclude(_selection, _rest) : throw new InvalidOperationException("Not finished.");

        public void Stop() => _stage = stages.Length;

        public void Observe(VoteCounts votes)
        {
            votes.Total.Should().Be(Next!.Value.Count, "a test gets exactly what it asked for");
            if (Next.Value.Phase == VotePhase.Selection)
                _selection = _selection.Add(votes);
            else
                _rest = _rest.Add(votes);
            _stage++;
        }
    }
}
