using DenoisedSmoothing.Baselines;
using DenoisedSmoothing.Staged;

namespace DenoisedSmoothing.Verification;

/// <summary>Checks what one certification method concludes from votes.</summary>
internal abstract class MethodCheck(double alpha)
{
    /// <summary>Relative differences smaller than this are rounding, not findings.</summary>
    protected const double Tolerance = 1e-9;

    /// <summary>Approximately how many bytes it holds.</summary>
    public virtual long Bytes => 256;

    /// <summary>The check for a method, whose parameters are read by the table of certifiers; null where there is none.</summary>
    /// <exception cref="ArgumentException">The method or a parameter is not known.</exception>
    public static MethodCheck? Of(CertificationMethod method, NoiseLaw law) => Certifiers.Create(method) switch
    {
        CohenCertifier c => new FixedVotesCheck(c.N0, c.N, c.Alpha, c.PredictN, VoteShares.LabelOnly),
        MulticlassCertifier c => new FixedVotesCheck(c.N0, c.N, c.Alpha, c.PredictN, VoteShares.HalfForTheLabel),
        PixelDpCertifier c => new FixedVotesCheck(c.N0, c.N, c.Alpha, c.PredictN, VoteShares.Alike, TheoremCheck.Lecuyer),
        LecuyerCertifier c => new FixedVotesCheck(c.N0, c.N, c.Alpha, c.PredictN, VoteShares.LabelOnly, TheoremCheck.Lecuyer),
        LiCertifier c => new FixedVotesCheck(c.N0, c.N, c.Alpha, c.PredictN, VoteShares.LabelOnly, TheoremCheck.Li),
        SequentialCertifier c => new SequentialCheck(c.N0, c.Options, law),
        StagedCertifier c => new StagedCheck(c, law),
        _ => null,
    };

    /// <summary>Checks counts, alpha, bounds and label; the verifier checks the selection and what the radius is compared with.</summary>
    public abstract void Certificate(Certificate c, NoiseLaw law, Findings findings);

    /// <summary>The radius for bounds on the votes: the noise's, or that of the method's own theorem if it has one.</summary>
    /// <param name="pA">Below 1.</param>
    /// <param name="pB">Above 0.</param>
    /// <param name="law">The noise.</param>
    public virtual Enclosure Radius(double pA, double pB, NoiseLaw law) => law.Radius(pA, pB);

    /// <summary>Checks counts, alpha, labels and p-value.</summary>
    public abstract void Prediction(Prediction p, Findings findings);

    /// <summary>Whether a budget ended the test before it had a vote for its bound: then there is only an abstention.</summary>
    protected static bool IsStoppedBeforeVotes(Certificate c) => c is { Stopped: not null, N: 0 };

    /// <summary>Checks that the number of selection votes is the one the method says, or zero.</summary>
    protected static void Selected(Certificate c, long n0, Findings findings)
    {
        if (!(IsStoppedBeforeVotes(c) && c.N0 == 0))
            findings.Equal("selectionVotes", c.N0, n0, "the method");
    }

    protected void Alpha(double claimed, Findings findings)
    {
        if (!(claimed >= alpha))
            findings.Overstated("alpha", $"{claimed} is claimed, and the method says {alpha}");
        else if (claimed > alpha)
            findings.Different("alpha", $"{claimed} is claimed, and the method says {alpha}");
    }

    /// <summary>Compares whether the bounds certify the label with whether one is claimed.</summary>
    protected static void Label(Certificate c, bool certified, Findings findings)
    {
        if (c.Label is not null && !certified)
            findings.Overstated("label", $"{c.Label} is claimed, and the bounds certify no label");
        if (c.Label is null && certified)
            findings.Different("label", $"an abstention is claimed, and the bounds certify label {c.SelectedLabel}");
    }

    /// <summary>Whether pA + pB is at least 1, exactly.</summary>
    internal static bool CoversComplement(double pA, double pB) => pA >= .5 ? pB >= 1 - pA : pB >= .5 && pA >= 1 - pB;

    /// <summary>A step that is small compared with a probability and its complement, yet above the spacing of doubles.</summary>
    internal static double Step(double p) => Math.Max(Tolerance * Math.Min(p, 1 - p), 4.0 / (1L << 53));

    /// <summary>The class with the most votes other than one.</summary>
    protected static int RivalOf(VoteCounts votes, int label) => votes.Top == label ? votes.RunnerUp : votes.Top;
}
