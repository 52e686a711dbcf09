using DenoisedSmoothing.Statistics;

namespace DenoisedSmoothing;

/// <summary>
/// A certification that looks at its votes as they come: n0 votes pick the label, fresh ones are asked for until the radii are decided.
/// </summary>
internal sealed class SequentialCertification(SequentialCertifier certifier, RadiusLadder ladder, int classCount, IRadiusRule rule)
    : IVoteTest<Certificate>
{
    private VoteCounts? _selection;
    private VoteCounts? _estimation;
    private Certificate? _result;
    private int _look;

    public VoteRequest? Next => (_selection, _result) switch
    {
        (null, _) => new VoteRequest(VotePhase.Selection, certifier.N0),
        (_, null) => new VoteRequest(VotePhase.Estimation, ladder.Looks[_look] - (_estimation?.Total ?? 0)),
        _ => null,
    };

    public Certificate Result => VoteCheck.Finished(_result, Next);

    public void Observe(VoteCounts votes)
    {
        VoteCheck.Requested(votes, Next, classCount);
        if (_selection is null)
        {
            _selection = votes;
            return;
        }

        _estimation = _estimation?.Add(votes) ?? votes;
        if (_look == ladder.Looks.Length - 1 || IsDecided(_estimation[_selection.Top], _estimation.Total))
            _result = Conclude(_selection, _estimation);
        else
            _look++;
    }

    public void Stop()
    {
        _selection ??= VoteCheck.None(classCount);
        _result ??= Conclude(_selection, _estimation ?? VoteCheck.None(classCount));
    }

    private bool IsDecided(long k, long n) =>
        ladder.IsOpen && ladder.CertifiesAll(_look, k) ? AddsLittle(k, n) : ladder.IsDecided(_look, k);

    /// <summary>Whether doubling the votes, at their present shares, would add less than the stated radius.</summary>
    private bool AddsLittle(long k, long n)
    {
        long more = Math.Min(2 * n, ladder.Looks[^1]), hits = (long)((Int128)k * more / n);
        return Radius(ladder.Bound(hits, more)) - Radius(ladder.Bound(k, n)) < certifier.Options.RadiusGain;
    }

    private Certificate Conclude(VoteCounts selection, VoteCounts estimation)
    {
        // From the final counts alone, so that it can be recomputed from the certificate.
        int label = selection.Top;
        double paLower = estimation.Total == 0 ? 0 : ladder.Bound(estimation[label], estimation.Total);
        bool certified = paLower > .5;
        return new Certificate
        {
            Label = certified ? label : null,
            Radius = certified ? Radius(paLower) : 0,
            SelectedLabel = label,
            PALower = paLower,
            PBUpper = 1 - paLower, // exact: a bound is 0 or at least 1/2
            SelectionVotes = selection,
            EstimationVotes = estimation,
            Alpha = certifier.Options.Alpha,
            Sigma = rule.Sigma,
            Norm = rule.Norm,
            Noise = rule.Description,
            Method = certifier.Method,
        };
    }

    private double Radius(double paLower) => rule.Radius(paLower, CohenCertification.ComplementRoundedUp(paLower));
}
