using DenoisedSmoothing.Statistics;

namespace DenoisedSmoothing.Staged;

/// <summary>One stage: n0 votes pick the label, n fresh votes bound its probability at the stage's share of alpha.</summary>
internal sealed class StageTest(StagedCertifier certifier, long n, int classCount, IRadiusRule rule)
    : CertificationTest(certifier, certifier.N0, [n], certifier.Alpha, classCount, rule)
{
    protected override (double PALower, double PBUpper) Bounds(int label, VoteCounts votes)
    {
        double paLower = ClopperPearson.Lower(votes[label], votes.Total, certifier.Share);
        return (paLower, ComplementRoundedUp(paLower));
    }
}
