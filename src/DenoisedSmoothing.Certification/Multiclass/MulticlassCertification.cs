using DenoisedSmoothing.Statistics;

namespace DenoisedSmoothing;

/// <summary>n0 votes pick the label, n fresh votes bound its probability from below and every other class's from above.</summary>
internal sealed class MulticlassCertification(MulticlassCertifier certifier, int classCount, IRadiusRule rule)
    : CertificationTest(certifier, certifier.N0, [certifier.N], certifier.Alpha, classCount, rule)
{
    protected override (double PALower, double PBUpper) Bounds(int label, VoteCounts votes)
    {
        double paLower = ClopperPearson.Lower(votes[label], votes.Total, certifier.Alpha / 2);

        // The bound grows with the count, so the class with the most votes has the largest. alpha/(2(K-1)) is rounded down.
        int rival = votes.Top == label ? votes.RunnerUp : votes.Top;
        double share = Math.BitDecrement(certifier.Alpha / (2 * (ClassCount - 1.0)));
        double others = ClopperPearson.Upper(votes[rival], votes.Total, share);
        return (paLower, Math.Min(others, ComplementRoundedUp(paLower)));
    }
}
