namespace DenoisedSmoothing;

/// <summary>
/// A certification that looks at its votes as they come: n0 votes pick the label, then fresh votes are asked for until the radii are
/// decided.
/// </summary>
internal sealed class SequentialCertification(SequentialCertifier certifier, RadiusLadder ladder, int classCount, IRadiusRule rule)
    : CertificationTest(certifier, certifier.N0, ladder.Looks, certifier.Options.Alpha, classCount, rule)
{
    private readonly IRadiusRule _rule = rule;

    protected override bool IsDecided(int look, int label, VoteCounts votes) =>
        ladder.IsOpen && ladder.CertifiesAll(look, votes[label])
            ? AddsLittle(votes[label], votes.Total)
            : ladder.IsDecided(look, votes[label]);

    protected override (double PALower, double PBUpper) Bounds(int label, VoteCounts votes)
    {
        double paLower = ladder.Bound(votes[label], votes.Total);
        return (paLower, ComplementRoundedUp(paLower));
    }

    /// <summary>Whether doubling the votes, at their present shares, would add less than the stated radius.</summary>
    private bool AddsLittle(long k, long n)
    {
        long more = Math.Min(2 * n, ladder.Looks[^1]), hits = (long)((Int128)k * more / n);
        return Radius(ladder.Bound(hits, more)) - Radius(ladder.Bound(k, n)) < certifier.Options.RadiusGain;
    }

    private double Radius(double paLower) => _rule.Radius(paLower, ComplementRoundedUp(paLower));
}
