using DenoisedSmoothing.Statistics;

namespace DenoisedSmoothing;

/// <summary>CERTIFY of Cohen et al. 2019, section 3.2.2: n0 votes pick the label, n fresh ones bound its probability.</summary>
internal sealed class CohenCertification(
    ICertifier certifier, CohenCertifier its, int classCount, IRadiusRule rule, Func<double, double, double, double>? theorem = null)
    : CertificationTest(certifier, its.N0, [its.N], its.Alpha, classCount, rule, theorem)
{
    protected override (double PALower, double PBUpper) Bounds(int label, VoteCounts votes)
    {
        double paLower = ClopperPearson.Lower(votes[label], votes.Total, its.Alpha);
        return (paLower, ComplementRoundedUp(paLower));
    }
}
