using DenoisedSmoothing.Transfer;

namespace DenoisedSmoothing.Verification;

/// <summary>
/// What follows from a transfer's pairs: the bound on lost votes, what it leaves of the certificate's bounds, and the resulting radius.
/// </summary>
internal static class TransferCheck
{
    private const string Name = "transfer", KnownVersion = "1";

    public static void Check(TransferredCertificate t, NoiseLaw law, Findings findings)
    {
        if (t.Method is not { Name: Name, Parameters: var parameters } || parameters.GetValueOrDefault("version") != KnownVersion
            || !PlainNumber.TryParseWhole(parameters.GetValueOrDefault("pairs"), out long pairs)
            || !PlainNumber.TryParse(parameters.GetValueOrDefault("alpha"), out double alpha))
        {
            findings.Unknown("method", $"'{t.Method}' is not a transfer that can be verified");
            return;
        }

        if (!(t.TransferAlpha >= alpha))
            findings.Overstated("transferAlpha", $"{t.TransferAlpha} is claimed, and the method says {alpha}");
        else
            findings.Equal("transferAlpha", t.TransferAlpha, alpha, "the method");
        if (t.Label is { } label && label != t.Original.Label)
            findings.Overstated("label", $"{label} is claimed, and the certificate that was transferred has {t.Original.Label}");
        if (t.Label is null && !(t.Radius <= 0))
            findings.Overstated("radius", $"{t.Radius} is claimed by an abstention, which has none");
        if (t.Original.Abstained)
            return;
        findings.Equal("pairs", t.Pairs.Total, pairs, "the method");
        SameNoise(t, findings);
        bool boundsOthers = !MethodCheck.CoversComplement(t.Original.PALower, t.Original.PBUpper);
        Zeta(t, boundsOthers, findings);
        Bounds(t, boundsOthers, findings);
        Radius(t, law, findings);
    }

    /// <summary>
    /// Checks that pairs are for the same image under the same law, with noise that nobody knew before the successor was fixed.
    /// </summary>
    private static void SameNoise(TransferredCertificate t, Findings findings)
    {
        if (t.Provenance is not { } pairs || t.Original.Provenance is not { } votes)
            return;
        if ((pairs.Seed, pairs.ImageIndex) == (votes.Seed, votes.ImageIndex))
            findings.Overstated("seed", $"the pairs were drawn under {pairs.Seed}, the certificate's own seed: it was known before");
        if (pairs.ImageHash != votes.ImageHash)
            findings.Overstated("imageHash", $"the pairs are of image {pairs.ImageHash}, the certificate of {votes.ImageHash}");
        if (pairs.Noise != votes.Noise || pairs.DrawnSigma != votes.DrawnSigma)
            findings.Overstated("noise",
                $"the pairs were drawn by {pairs.Noise} at {pairs.DrawnSigma}, the votes by {votes.Noise} at {votes.DrawnSigma}");
        findings.Equal("batch", pairs.Batch, votes.Batch, "the certificate");
    }

    private static void Zeta(TransferredCertificate t, bool boundsOthers, Findings findings)
    {
        long lost = t.Pairs[(int)PairOutcome.Lost] + t.Pairs.Missed + (boundsOthers ? t.Pairs[(int)PairOutcome.Changed] : 0);
        if (!Holds(t.Zeta, provably: false))
            findings.Overstated("zeta", $"{t.Zeta} is claimed, and {lost} of {t.Pairs.Total} pairs at {t.TransferAlpha} give more");
        else if (Holds(t.Zeta - MethodCheck.Step(t.Zeta), provably: true))
            findings.Different("zeta", $"{t.Zeta} is claimed, and {lost} of {t.Pairs.Total} pairs at {t.TransferAlpha} give less");

        bool Holds(double zeta, bool provably)
        {
            if (zeta >= 1 || !(zeta > 0))
                return zeta >= 1;
            Enclosure tail = BinomialSums.AtMost(lost, t.Pairs.Total, zeta);
            return (provably ? tail.Upper : tail.Lower) <= t.TransferAlpha;
        }
    }

    private static void Bounds(TransferredCertificate t, bool boundsOthers, Findings findings)
    {
        // One rounding is allowed for: an overstatement smaller than that cannot be told from none.
        double left = Math.Max(0, t.Original.PALower - t.Zeta), others = t.Original.PBUpper + t.Zeta;
        if (!(t.PALower <= left))
            findings.Overstated("paLower", $"{t.PALower} is claimed, and {t.Original.PALower} less {t.Zeta} is {left}");
        else if (t.PALower < left - MethodCheck.Step(left))
            findings.Different("paLower", $"{t.PALower} is claimed, and {t.Original.PALower} less {t.Zeta} is {left}");
        if (!MethodCheck.CoversComplement(t.PALower, t.PBUpper) && !(boundsOthers && t.PBUpper >= others))
        {
            findings.Overstated("pbUpper",
                $"{t.PBUpper} is claimed, and neither 1 less paLower nor {t.Original.PBUpper} and {t.Zeta} is that small");
        }
    }

    private static void Radius(TransferredCertificate t, NoiseLaw law, Findings findings)
    {
        bool certified = t.PALower > t.PBUpper;
        if (t.Label is not null && !certified)
            findings.Overstated("label", $"{t.Label} is claimed, and the bounds certify no label");
        if (t.Label is null && certified)
            findings.Different("label", $"an abstention is claimed, and the bounds certify label {t.Original.Label}");
        if (t.Label is null || !certified)
            return;
        Enclosure radius = t.PALower < 1 && t.PBUpper > 0 ? law.Radius(t.PALower, t.PBUpper) : new Enclosure(0, 0);
        if (!(t.Radius <= radius.Upper))
            findings.Overstated("radius", $"{t.Radius} is claimed, and the bounds {t.PALower} and {t.PBUpper} give {radius.Lower}");
        else if (t.Radius < radius.Lower - 1e-9 * (radius.Lower + law.Sigma))
            findings.Different("radius", $"{t.Radius} is claimed, and the bounds {t.PALower} and {t.PBUpper} give {radius.Lower}");
    }
}
