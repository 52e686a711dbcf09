using DenoisedSmoothing.Staged;

namespace DenoisedSmoothing.Verification;

/// <summary>
/// A stage's certificate: one from a fixed number of votes, at the stage's share of alpha; and whether the method stops there.
/// </summary>
internal sealed class StagedCheck(StagedCertifier method, NoiseLaw law) : MethodCheck(method.Alpha)
{
    public override long Bytes => base.Bytes + sizeof(long) * (long)method.Stages.Count;

    public override void Certificate(Certificate c, NoiseLaw noise, Findings findings)
    {
        int stage = Array.IndexOf([.. method.Stages], c.N);
        Fixed(stage < 0 ? method.Stages[^1] : c.N).Certificate(c, noise, findings);
        if (stage >= 0 && stage < method.Stages.Count - 1 && c.Stopped is null && !Stops(c))
            findings.Different("estimationVotes", $"the method would have continued after {c.N} votes");
    }

    public override void Prediction(Prediction p, Findings findings) => Fixed(method.Stages[^1]).Prediction(p, findings);

    private FixedVotesCheck Fixed(long n) =>
        new(method.N0, n, method.Alpha, method.PredictN, VoteShares.LabelOnly, parts: method.Stages.Count);

    /// <summary>
    /// Whether the radius is reached, or, under the probability that the radius needs, this many votes have a probability below its share;
    /// within rounding.
    /// </summary>
    private bool Stops(Certificate c)
    {
        if (c.Radius >= method.Radius * (1 - Tolerance) && c.PALower > .5)
            return true;
        double needed = law.ProbabilityFor(method.Radius), share = method.GiveUp / (method.Stages.Count - 1);
        return needed >= 1 || BinomialSums.AtMost(c.EstimationVotes[c.SelectedLabel], c.N, needed).Lower <= share * (1 + Tolerance);
    }
}
