using DenoisedSmoothing.Statistics;

namespace DenoisedSmoothing;

/// <summary>CERTIFY of Cohen et al. 2019, section 3.2.2: n0 votes pick the label, n fresh ones bound its probability.</summary>
internal sealed class CohenCertification(CohenCertifier certifier, int classCount, IRadiusRule rule) : IVoteTest<Certificate>
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
        // The label is chosen before the estimation votes are seen, so the bound needs no correction for the choice.
        int label = selection.Top;
        double paLower = estimation.Total == 0 ? 0 : ClopperPearson.Lower(estimation[label], estimation.Total, certifier.Alpha);
        double pbUpper = ComplementRoundedUp(paLower);
        bool certified = paLower > .5;
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

    /// <summary>1 - p, exact for p of at least 1/2; below, the nearest double may lie under it, and the next one is taken.</summary>
    internal static double ComplementRoundedUp(double p)
    {
        double complement = 1 - p;
        return 1 - complement > p ? Math.BitIncrement(complement) : complement;
    }
}
