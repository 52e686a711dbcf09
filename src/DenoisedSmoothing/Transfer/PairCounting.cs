using DenoisedSmoothing.Votes;

namespace DenoisedSmoothing.Transfer;

/// <summary>
/// A certifier that certifies nothing and only counts pairs, so that a <see cref="SmoothedClassifier"/> draws them, with its noise, its
/// batches and its memory. The counts come back as estimation votes.
/// </summary>
internal sealed class PairCounting(CertificateTransfer transfer, Certificate certificate) : ICertifier
{
    public CertificationMethod Method => transfer.Method;

    public VoteRange PredictionVotes => CertificationVotes;

    public VoteRange CertificationVotes => new(transfer.Pairs, transfer.Pairs);

    public IReadOnlyList<string> Warnings(int classCount) => [];

    public IVoteTest<Prediction> Predict(int classCount) => throw new NotSupportedException("A transfer predicts nothing.");

    public IVoteTest<Certificate> Certify(int classCount, IRadiusRule rule) => new Counting(transfer.Start(certificate), certificate);

    private sealed class Counting(IVoteTest<TransferredCertificate> test, Certificate certificate) : IVoteTest<Certificate>
    {
        public VoteRequest? Next => test.Next;

        public Certificate Result => certificate with { EstimationVotes = test.Result.Pairs };

        public void Observe(VoteCounts votes) => test.Observe(votes);

        public void Stop() => test.Stop();
    }
}
