using DenoisedSmoothing.Statistics;

namespace DenoisedSmoothing;

/// <summary>n0 votes pick the label, n fresh ones bound its probability from below and every other class's from above.</summary>
internal sealed class MulticlassCertification(MulticlassCertifier certifier, int classCount, IRadiusRule rule) : IVoteTest<Certificate>
{
    private VoteCounts? _selection;
    private Certificate? _result;

    public VoteRequest? Next => (_selection, _result) switch
    {
        (null, _) => new VoteRequest(VotePhase.Selection, certifier.N0),
        (_, null) => new VoteRequest(VotePhase.Estimation, certifier.N),
        _ => null,
    };

    public Certificate Result => VoteCheck.Finished(_result, Next);

    public void Observe(VoteCounts votes)
    {
        VoteCheck.Requested(votes, Next, classCount);
        if (_selection is null)
            _selection = votes;
        else
            _result = Conclude(_selection, votes);
    }

    public void Stop()
    {
        _selection ??= VoteCheck.None(classCount);
        _result ??= Conclude(_selection, VoteCheck.None(classCount));
    }

    private Certificate Conclude(VoteCounts selection, VoteCounts estimation)
    {
        int label = selection.Top;
        double paLower = estimation.Total == 0 ? 0 : ClopperPearson.Lower(estimation[label], estimation.Total, certifier.Alpha / 2);

        // The bound grows with the count, so the class with most votes has the largest. alpha/(2(K-1)) is rounded down.
        int rival = estimation.Top == label ? estimation.RunnerUp : estimation.Top;
        double share = Math.BitDecrement(certifier.Alpha / (2 * (classCount - 1.0)));
        double others = estimation.Total == 0 ? 1 : ClopperPearson.Upper(estimation[rival], estimation.Total, share);
        double pbUpper = Math.Min(others, CohenCertification.ComplementRoundedUp(paLower));
        bool certified = paLower > pbUpper;
        return new Certificate
        {
            Label = certified ? label : null,
            Radius = certified ? rule.Radius(paLower, pbUpper) : 0,
            SelectedLabel = label,
            PALower = paLower,
            PBUpper = pbUpper,
            SelectionVotes = selection,
            EstimationVotes = estimation,
            Alpha = certifier.Alpha,
            Sigma = rule.Sigma,
            Norm = rule.Norm,
            Noise = rule.Description,
            Method = certifier.Method,
        };
    }
}
