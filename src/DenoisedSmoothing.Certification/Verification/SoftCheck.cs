using DenoisedSmoothing.Soft;

namespace DenoisedSmoothing.Verification;

/// <summary>
/// What mean scores give: the bounds of mean and variance, and the radius of the bounds. Whether mean and variance are true is for a
/// redraw to say, as with votes.
/// </summary>
internal static class SoftCheck
{
    private const double Tolerance = 1e-9;

    public static void Check(SoftCertificate c, NoiseLaw law, Findings findings)
    {
        SoftCertifier? method = null;
        try
        {
            method = SoftCertifier.Find(c.Method);
        }
        catch (ArgumentException e)
        {
            findings.Unknown("method", $"{e.Message}");
            return;
        }

        if (method is null)
        {
            findings.Unknown("method", $"'{c.Method}' is not among the methods that can be verified");
            return;
        }

        Counts(c, method, law, findings);
        if (!(c.Mean is >= 0 and <= 1) || !(c.Variance >= 0) || c.N < 2)
        {
            findings.Overstated("mean", $"no {c.N} scores in [0,1] have the mean {c.Mean} and the variance {c.Variance}");
            return;
        }

        bool pixelDp = method.Form == SoftForm.PixelDp;
        double share = pixelDp ? method.Alpha / c.ClassCount : method.Alpha;
        Bound("meanLower", c.MeanLower, Math.Max(0, c.Mean - Margin(c.Variance, c.N, share, pixelDp)), findings);
        Rival(c, pixelDp, share, findings);
        Radius(c, law, pixelDp, findings);
    }

    private static void Counts(SoftCertificate c, SoftCertifier method, NoiseLaw law, Findings findings)
    {
        if (!(c.Alpha >= method.Alpha))
            findings.Overstated("alpha", $"{c.Alpha} is claimed, and the method says {method.Alpha}");
        else
            findings.Equal("alpha", c.Alpha, method.Alpha, "the method");
        findings.Equal("n", c.N, method.N, "the method");
        findings.Equal("n0", c.N0, method.N0, "the method");
        if (c.Norm != law.Norm)
            findings.Overstated("norm", $"{c.Norm} is claimed, and the noise '{c.Noise}' certifies {law.Norm}");
        if (!(Math.Abs(c.Sigma - law.Sigma) <= 1e-15 * law.Sigma))
            findings.Different("sigma", $"{c.Sigma} is claimed, and the noise '{c.Noise}' has {law.Sigma}");
        // The variance of n numbers in [0,1] is largest where they are 0 and 1.
        if (c.Variance > c.Mean * (1 - c.Mean) * c.N / (c.N - 1.0) * (1 + Tolerance) + Tolerance)
            findings.Different("variance", $"{c.Variance} is claimed, and scores in [0,1] of mean {c.Mean} have less");
        if (c.Provenance is { } provenance && !(provenance.DrawnSigma >= law.Sigma * (1 - 1e-15)))
            findings.Overstated("sigma", $"{law.Sigma} is claimed, and {provenance.DrawnSigma} was drawn");
    }

    private static void Rival(SoftCertificate c, bool pixelDp, double share, Findings findings)
    {
        // What the label leaves is a bound in either form.
        if (c.RivalUpper >= 1 - c.MeanLower)
        {
            if (c.RivalUpper > 1 - c.MeanLower + Tolerance && !pixelDp)
                findings.Different("rivalUpper", $"{c.RivalUpper} is claimed, and {c.MeanLower} leaves less");
            return;
        }

        if (!pixelDp || c.RivalMean is not (>= 0 and <= 1 and { } mean) || c.RivalVariance is not (>= 0 and { } variance))
        {
            findings.Overstated("rivalUpper", $"{c.RivalUpper} is claimed, and {c.MeanLower} leaves more");
            return;
        }

        Bound("rivalUpper", 1 - c.RivalUpper, 1 - Math.Min(1, mean + Margin(variance, c.N, share, pixelDp)), findings);
    }

    /// <summary>How far a true mean can be from that of n scores, in one direction, but for alpha.</summary>
    private static double Margin(double variance, long n, double alpha, bool mayBeHoeffding)
    {
        double logarithm = Math.Log(2) - Math.Log(alpha), rest = logarithm / (n - 1) * 7 / 3;
        return mayBeHoeffding && rest > .025
            ? Math.Pow(-Math.Log(alpha) / n / 2, .5)
            : Math.Pow(variance / n * logarithm * 2, .5) + rest;
    }

    private static void Bound(string member, double claimed, double given, Findings findings)
    {
        if (!(claimed <= given + Tolerance * Math.Max(Tolerance, Math.Min(given, 1 - given))))
            findings.Overstated(member, $"a bound of {claimed} is claimed, and mean and variance give {given}");
        else if (claimed < given - Tolerance)
            findings.Different(member, $"a bound of {claimed} is claimed, and mean and variance give {given}");
    }

    private static void Radius(SoftCertificate c, NoiseLaw law, bool pixelDp, Findings findings)
    {
        bool certified = c.MeanLower > c.RivalUpper;
        if (c.Label is { } label && (label != c.SelectedLabel || !certified))
        {
            string what = certified ? "it" : "no label";
            findings.Overstated("label", $"{label} is claimed; {c.SelectedLabel} is selected, and the bounds certify {what}");
        }

        if (c.Label is null && certified)
            findings.Different("label", $"an abstention is claimed, and the bounds certify label {c.SelectedLabel}");
        if (c.Label is null && !(c.Radius <= 0))
            findings.Overstated("radius", $"{c.Radius} is claimed by an abstention, which has none");
        if (c.Label is null || !certified)
            return;
        Enclosure radius = c.MeanLower < 1 && c.RivalUpper > 0 ? law.Radius(c.MeanLower, c.RivalUpper) : new Enclosure(0, 0);
        if (pixelDp)
        {
            double theirs = law.Sigma * TheoremCheck.Lecuyer(c.MeanLower, c.RivalUpper);
            radius = new Enclosure(Math.Min(radius.Lower, theirs * (1 - Tolerance)), Math.Min(radius.Upper, theirs * (1 + Tolerance)));
        }

        if (!(c.Radius <= radius.Upper))
            findings.Overstated("radius", $"{c.Radius} is claimed, and the bounds {c.MeanLower} and {c.RivalUpper} give {radius.Lower}");
        else if (c.Radius < radius.Lower - 1e-7 * (radius.Lower + law.Sigma))
            findings.Different("radius", $"{c.Radius} is claimed, and the bounds {c.MeanLower} and {c.RivalUpper} give {radius.Lower}");
    }
}
