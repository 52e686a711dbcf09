using DenoisedSmoothing.Votes;

namespace DenoisedSmoothing.Transfer;

/// <summary>Asks for the pairs, all at once, and concludes from their counts.</summary>
internal sealed class TransferTest(CertificateTransfer transfer, Certificate certificate) : IVoteTest<TransferredCertificate>
{
    private TransferredCertificate? _result;

    public VoteRequest? Next => _result is null ? new VoteRequest(VotePhase.Estimation, transfer.Pairs) : null;

    public TransferredCertificate Result => VoteCheck.Finished(_result, Next);

    public void Observe(VoteCounts votes)
    {
        VoteCheck.Requested(votes, Next, CertificateTransfer.OutcomeCount);
        _result = transfer.Conclude(certificate, votes);
    }

    public void Stop()
    {
        if (_result is null)
            throw new NotSupportedException("A transfer needs all of its pairs and cannot be stopped: give it no budget.");
    }
}
