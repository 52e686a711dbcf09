using DenoisedSmoothing.Statistics;

namespace DenoisedSmoothing.Baselines;

/// <summary>n0 votes pick the label, n fresh votes bound it from below and every other class from above, each at alpha/K.</summary>
internal sealed class PixelDpCertification(PixelDpCertifier certifier, int classCount, IRadiusRule rule)
    : CertificationTest(certifier, certifier.N0, [certifier.N], certifier.Alpha, classCount, rule, LecuyerRadius.FromBounds)
{
    protected override (double PALower, double PBUpper) Bounds(int label, VoteCounts votes)
    {
        double share = Math.BitDecrement(certifier.Alpha / ClassCount); // rounded down
        double paLower = ClopperPearson.Lower(votes[label], votes.Total, share);

        // The bound grows with the count, so the class with the most votes has the largest.
        int rival = votes.Top == label ? votes.RunnerUp : votes.Top;
        double others = ClopperPearson.Upper(votes[rival], votes.Total, share);
        return (paLower, Math.Min(others, ComplementRoundedUp(paLower)));
    }
}
