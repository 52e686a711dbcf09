namespace DenoisedSmoothing.Verification;

/// <summary>
/// Certifiers with a fixed number of votes: a bound is valid when the tail of the votes under it is at most its share of alpha, and exact
/// when a slightly better bound has more.
/// </summary>
internal sealed class FixedVotesCheck(
    long n0, long n, double alpha, long predictN, VoteShares shares, Func<double, double, double>? theorem = null, int parts = 1)
    : MethodCheck(alpha)
{
    private const double Indistinct = 1e-280;

    public override void Certificate(Certificate c, NoiseLaw law, Findings findings)
    {
        Selected(c, n0, findings);
        if (!IsStoppedBeforeVotes(c))
            findings.Equal("estimationVotes", c.N, n, "the method");
        Alpha(c.Alpha, findings);
        int classes = c.EstimationVotes.ClassCount;
        (double label, double? others) = shares switch
        {
            VoteShares.HalfForTheLabel => (c.Alpha / 2, c.Alpha / (2 * (classes - 1.0))),
            VoteShares.Alike => (c.Alpha / classes, c.Alpha / classes),
            _ => (c.Alpha / parts, (double?)null),
        };
        LowerBound(c, label, findings);
        if (others is { } share)
            UpperBound(c, share, findings);
        else
            Complement(c, findings);
        Label(c, others is null ? c.PALower > .5 : c.PALower > c.PBUpper, findings);
    }

    public override Enclosure Radius(double pA, double pB, NoiseLaw law)
    {
        Enclosure noise = law.Radius(pA, pB);
        if (theorem is null)
            return noise;
        double radius = law.Sigma * theorem(pA, pB);
        return new Enclosure(Math.Min(noise.Lower, radius * (1 - Tolerance)), Math.Min(noise.Upper, radius * (1 + Tolerance)));
    }

    public override void Prediction(Prediction p, Findings findings)
    {
        if (p is not { Stopped: not null, N: 0 })
            findings.Equal("votes", p.N, predictN, "the method");
        Alpha(p.Alpha, findings);
        int top = p.Votes.Top, rival = p.Votes.RunnerUp;
        if (p.TopLabel != top)
            findings.Overstated("topLabel", $"{p.TopLabel} is claimed, and {top} has most votes");
        findings.Equal("runnerUpLabel", p.RunnerUpLabel, rival, "the votes");

        // Two-sided at 1/2: twice the tail, by symmetry; a tie is no evidence.
        long hits = p.Votes[top], both = hits + p.Votes[rival];
        Enclosure tail = 2 * hits == both ? new Enclosure(.5, .5) : BinomialSums.AtLeast(hits, both, .5);
        if (!(p.PValue >= 2 * tail.Lower))
            findings.Overstated("pValue", $"{p.PValue} is claimed, and {hits} votes against {both - hits} give {2 * tail.Lower}");
        else if (p.PValue > Math.Max(Indistinct, 2 * tail.Upper * (1 + Tolerance)))
            findings.Different("pValue", $"{p.PValue} is claimed, and {hits} votes against {both - hits} give {2 * tail.Upper}");
        if (p.Label is null && p.PValue <= p.Alpha)
            findings.Different("label", $"an abstention is claimed, although the p-value {p.PValue} is at most alpha {p.Alpha}");
    }

    private static void LowerBound(Certificate c, double share, Findings findings)
    {
        long hits = c.EstimationVotes[c.SelectedLabel], votes = c.EstimationVotes.Total;
        double claimed = c.PALower;
        if (claimed >= 1 || (claimed > 0 && BinomialSums.AtLeast(hits, votes, claimed).Lower > share))
            findings.Overstated("paLower", $"{claimed} is claimed, and {hits} of {votes} votes at {share} give {Best(hits, votes, share)}");
        else if (claimed + Step(claimed) is var better and < 1 && BinomialSums.AtLeast(hits, votes, better).Upper <= share)
            findings.Different("paLower", $"{claimed} is claimed, and {hits} of {votes} votes at {share} give {Best(hits, votes, share)}");
    }

    private static void Complement(Certificate c, Findings findings)
    {
        if (!CoversComplement(c.PALower, c.PBUpper))
            findings.Overstated("pbUpper", $"{c.PBUpper} is claimed, which with paLower {c.PALower} adds up to less than 1");
        else if (CoversComplement(c.PALower, c.PBUpper - Step(c.PBUpper)))
            findings.Different("pbUpper", $"{c.PBUpper} is claimed, and 1 - paLower is {1 - c.PALower}");
    }

    private static void UpperBound(Certificate c, double share, Findings findings)
    {
        long hits = c.EstimationVotes[RivalOf(c.EstimationVotes, c.SelectedLabel)], votes = c.EstimationVotes.Total;
        if (!Holds(c.PBUpper, provably: false))
            findings.Overstated("pbUpper", $"{c.PBUpper} is claimed, and {hits} of {votes} votes for a rival, at {share}, give more");
        else if (Holds(c.PBUpper - Step(c.PBUpper), provably: true))
            findings.Different("pbUpper", $"{c.PBUpper} is claimed, and {hits} of {votes} votes for a rival, at {share}, give less");

        bool Holds(double bound, bool provably)
        {
            if (!(bound > 0))
                return false;
            if (bound >= 1 || CoversComplement(c.PALower, bound))
                return true;
            Enclosure tail = BinomialSums.AtMost(hits, votes, bound);
            return (provably ? tail.Upper : tail.Lower) <= share;
        }
    }

    /// <summary>The Clopper-Pearson bound, for messages: bisection down to the last few bits.</summary>
    private static double Best(long hits, long votes, double share)
    {
        double low = 0, high = 1;
        for (int i = 0; i < 60 && hits > 0; i++)
        {
            double middle = (low + high) / 2;
            (low, high) = BinomialSums.AtLeast(hits, votes, middle).Upper <= share ? (middle, high) : (low, middle);
        }

        return low;
    }
}
