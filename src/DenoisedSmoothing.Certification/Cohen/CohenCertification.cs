using DenoisedSmoothing.Statistics;

namespace DenoisedSmoothing;

/// <summary>CERTIFY of Cohen et al. 2019, section 3.2.2: n0 votes pick the label, n fresh votes bound its probability.</summary>
internal sealed class CohenCertification(
    FixedVotesCertifier certifier, int classCount, IRadiusRule rule, Func<double, double, double, double>? theorem = null)
    : CertificationTest(certifier, certifier.N0, [certifier.N], certifier.Alpha, classCount, rule, theorem)
{
    protected override (double PALower, double PBUpper) Bounds(int label, VoteCounts votes)
    {
        double paLower = ClopperPearson.Lower(votes[label], votes.Total, certifier.Alpha);
        return (paLower, ComplementRoundedUp(paLower));
    }
}
