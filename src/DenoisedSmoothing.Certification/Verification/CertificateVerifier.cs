using DenoisedSmoothing.Soft;
using DenoisedSmoothing.Transfer;

namespace DenoisedSmoothing.Verification;

/// <summary>
/// Recomputes certificates and predictions from the votes they contain, and names every difference: for a reader who trusts the votes but
/// not the arithmetic. Whether the votes are true only a redraw can tell, which needs the models and the images.
/// </summary>
/// <remarks>
/// It shares no formula with the certifiers: binomial tails are sums of ratios, normal tails a series and a continued fraction, both
/// enclosed between two doubles. A fixed-vote bound, a p-value or a radius counts as overstated only where it provably is, and every
/// overstatement of more than 1e-9 relative is found; the sequential certifier's bound is replayed to 1e-9. When a sequential run stopped
/// affects only its cost, and is compared with the library's own plan. Safe for concurrent use. What it prepares for a method and a noise
/// law is kept for the next certificate, up to 16 MiB in all; beyond that, the least recently used is dropped, and prepared again when
/// needed. So a verifier may live as long as its process, whatever certificates it is given: those of one run share one preparation of some
/// kilobytes, while methods invented by a stranger cost only time.
/// </remarks>
public sealed class CertificateVerifier
{
    private const long MostBytes = 16 << 20;

    private readonly MethodChecks _checks = new(MostBytes);

    /// <summary>Verifies a certificate.</summary>
    /// <param name="certificate">From JSON, a log, or fresh.</param>
    /// <returns>Every difference; empty when the certificate follows from its votes.</returns>
    public IReadOnlyList<VerificationFinding> Verify(Certificate certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        Findings findings = new();
        if (!Possible(certificate, findings))
            return findings.All;
        Selection(certificate, findings);
        if (NoiseLaw.Of(certificate.Noise, certificate.Sigma) is not { } law)
        {
            findings.Unknown("noise", $"the noise law '{certificate.Noise}' is not known here");
            return findings.All;
        }

        Noise(certificate, law, findings);
        MethodCheck? check = CheckOf(certificate.Method, certificate.Noise, law, findings);
        check?.Certificate(certificate, law, findings);
        Radius(certificate, law, check, findings);
        return findings.All;
    }

    /// <summary>Verifies a certificate transferred to a successor, and the one it comes from.</summary>
    /// <param name="transferred">From JSON, a log, or fresh.</param>
    /// <returns>Every difference; empty when both follow from their votes and pairs.</returns>
    public IReadOnlyList<VerificationFinding> Verify(TransferredCertificate transferred)
    {
        ArgumentNullException.ThrowIfNull(transferred);
        Findings findings = new();
        if (NoiseLaw.Of(transferred.Original.Noise, transferred.Original.Sigma) is { } law)
            TransferCheck.Check(transferred, law, findings);
        return [.. Verify(transferred.Original), .. findings.All];
    }

    /// <summary>Verifies a certificate of mean scores, from the means and variances that it carries.</summary>
    /// <param name="certificate">From JSON, a log, or fresh.</param>
    /// <returns>Every difference; empty when the certificate is what its means give.</returns>
    public IReadOnlyList<VerificationFinding> Verify(SoftCertificate certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        Findings findings = new();
        if (NoiseLaw.Of(certificate.Noise, certificate.Sigma) is { } law)
            SoftCheck.Check(certificate, law, findings);
        else
            findings.Unknown("noise", $"the noise law '{certificate.Noise}' is not known here");
        return findings.All;
    }

    /// <summary>Verifies a prediction.</summary>
    /// <param name="prediction">From JSON, a log, or fresh.</param>
    /// <returns>Every difference; empty when the prediction follows from its votes.</returns>
    public IReadOnlyList<VerificationFinding> Verify(Prediction prediction)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        Findings findings = new();
        foreach (int its in (int[])[prediction.TopLabel, prediction.RunnerUpLabel])
        {
            if (its < 0 || its >= prediction.Votes.ClassCount)
                findings.Overstated("label", $"{its} is none of {prediction.Votes.ClassCount} classes");
        }

        if (findings.All.Count > 0)
            return findings.All;
        if (prediction.Label is { } label && label != prediction.TopLabel)
            findings.Overstated("label", $"{label} is given, and the top label is {prediction.TopLabel}");
        if (prediction.Label is not null && !(prediction.PValue <= prediction.Alpha))
            findings.Overstated("label",
                $"{prediction.Label} is given, although the p-value {prediction.PValue} exceeds alpha {prediction.Alpha}");
        if (CheckOf(prediction.Method, null, NoiseLaw.Of(null, 1)!, findings) is { } check)
            check.Prediction(prediction, findings);
        return findings.All;
    }

    /// <summary>Whether there is a noise level, and the selected label is one of the classes; JSON is read only where this is so.</summary>
    private static bool Possible(Certificate c, Findings findings)
    {
        (int first, int then) = (c.SelectionVotes.ClassCount, c.EstimationVotes.ClassCount);
        if (first != then)
            findings.Overstated("selectionVotes", $"they are over {first} classes, and the estimation's over {then}");
        else if (c.SelectedLabel < 0 || c.SelectedLabel >= then)
            findings.Overstated("selectedLabel", $"{c.SelectedLabel} is none of {then} classes");
        if (!(c.Sigma > 0 && double.IsFinite(c.Sigma)))
            findings.Overstated("sigma", $"{c.Sigma} is not a noise level");
        return findings.All.Count == 0;
    }

    // NaN fails every comparison, so the test is "not at most" rather than "above".
    private static void Selection(Certificate c, Findings findings)
    {
        if (c.SelectedLabel != c.SelectionVotes.Top)
            findings.Overstated("selectedLabel", $"{c.SelectedLabel} is claimed, and the selection votes pick {c.SelectionVotes.Top}");
        if (c.Label is { } label && label != c.SelectedLabel)
            findings.Overstated("label", $"{label} is claimed, and the selected label is {c.SelectedLabel}");
        if (c.Label is null && !(c.Radius <= 0))
            findings.Overstated("radius", $"{c.Radius} is claimed by an abstention, which has none");
    }

    private static void Noise(Certificate c, NoiseLaw law, Findings findings)
    {
        if (c.Norm != law.Norm)
            findings.Overstated("norm", $"{c.Norm} is claimed, and the noise '{c.Noise}' certifies {law.Norm}");
        if (!(Math.Abs(c.Sigma - law.Sigma) <= 1e-15 * law.Sigma))
            findings.Different("sigma", $"{c.Sigma} is claimed, and the noise '{c.Noise}' has {law.Sigma}");
        if (c.Provenance is not { } provenance)
            return;
        if (!(provenance.DrawnSigma >= law.Sigma * (1 - 1e-15)))
            findings.Overstated("sigma", $"{law.Sigma} is claimed, and {provenance.DrawnSigma} was drawn");
        if (!provenance.Noise.StartsWith(law.Scheme, StringComparison.Ordinal))
            findings.Overstated("noise", $"'{c.Noise ?? "gaussian"}' is claimed, and the votes were drawn by {provenance.Noise}");
        if (law.Dimension is { } dimension)
            findings.Equal("noise", dimension, provenance.ImageShape.Aggregate(1L, (product, side) => product * side),
                "the shape of the image");
    }

    private static void Radius(Certificate c, NoiseLaw law, MethodCheck? check, Findings findings)
    {
        if (c.Label is null)
            return;
        Enclosure radius = c.PALower < 1 && c.PBUpper > 0
            ? check?.Radius(c.PALower, c.PBUpper, law) ?? law.Radius(c.PALower, c.PBUpper)
            : new Enclosure(0, 0);
        if (!(c.Radius <= radius.Upper))
            findings.Overstated("radius", $"{c.Radius} is claimed, and the bounds {c.PALower} and {c.PBUpper} give {radius.Lower}");
        else if (c.Radius < radius.Lower - 1e-9 * (radius.Lower + law.Sigma))
            findings.Different("radius", $"{c.Radius} is claimed, and the bounds {c.PALower} and {c.PBUpper} give {radius.Lower}");
    }

    private MethodCheck? CheckOf(CertificationMethod method, string? noise, NoiseLaw law, Findings findings)
    {
        try
        {
            if (_checks.Of(method, noise, law) is { } check)
                return check;
            findings.Unknown("method", $"'{method}' is not among the methods that can be verified");
        }
        catch (ArgumentException e)
        {
            findings.Unknown("method", $"{e.Message}");
        }

        return null;
    }
}
