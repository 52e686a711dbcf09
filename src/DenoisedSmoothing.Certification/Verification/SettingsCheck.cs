using System.Globalization;
using DenoisedSmoothing.Logs;
using DenoisedSmoothing.Noise;
using DenoisedSmoothing.Soft;

namespace DenoisedSmoothing.Verification;

/// <summary>Checks the lines of a log against the settings beside it.</summary>
internal sealed class SettingsCheck(CertificationLogMeta? meta)
{
    private readonly string? _fingerprint = meta?.Fingerprint;
    private readonly string? _method = meta?.Method is { } method ? Canonical(method) : null;

    public void Check(CertificationLogEntry entry, Findings findings)
    {
        if (meta is null)
            return;
        findings.Equal("fingerprint", entry.Fingerprint, _fingerprint, "the settings file");
        double alpha = entry.Alpha;
        if (meta.Alpha is { } stated && alpha > stated)
            findings.Overstated("alpha", $"{stated} is stated in the settings, and the line has {alpha}");
        else if (meta.Alpha is { } other)
            findings.Equal("alpha", alpha, other, "the settings file");
        if (_method is not null)
            findings.Equal("method", Canonical(entry.Method), _method, "the settings file");
        if ((entry.Certificate ?? entry.Transferred?.Original) is { } c)
        {
            Sigma(c.Sigma, c.Norm, findings);
            Noise(c.Noise, NoiseLaw.Of(c.Noise, c.Sigma), findings);
        }
        else if (entry.Soft is { } soft)
        {
            Sigma(soft.Sigma, soft.Norm, findings);
            Noise(soft.Noise, NoiseLaw.Of(soft.Noise, soft.Sigma), findings);
        }

        if (entry.Certificate is { Provenance: null } && meta.Settings.ContainsKey(CertificationLogMeta.SeedSetting))
            findings.Different("provenance", $"there is none, and the settings say how the votes were drawn");
        if (entry.Provenance is not { } p)
            return;
        Setting("seed", p.Seed.ToString(CultureInfo.InvariantCulture), findings);
        Setting("noise", p.Noise, findings);
        Setting("batch", p.Batch.ToString(CultureInfo.InvariantCulture), findings);
        Setting("precision", p.Precision, findings);
        Setting("device", p.Device, findings);
        Setting("classifier", p.BaseClassifier, findings);
    }

    /// <summary>
    /// A generator of floats draws sigma as a float, and the certificate has the smaller of the two; that of uniform noise rounds lambda
    /// down to its grid, and lambda is larger than sigma.
    /// </summary>
    public void Sigma(double claimed, Norm norm, Findings findings)
    {
        if (!PlainNumber.TryParse(meta!.Settings.GetValueOrDefault("sigma"), out double sigma))
            return;
        if (claimed > sigma)
            findings.Overstated("sigma", $"{claimed} is claimed, and the settings say {sigma}");
        else if (claimed < (norm == Norm.L1 ? sigma - UniformNoise.Step : Math.Min(sigma, (double)(float)sigma)) * (1 - 1e-15))
            findings.Different("sigma", $"{claimed} is claimed, and the settings say {sigma}");
    }

    /// <summary>
    /// Checks that the law from which radii are computed is the one by which the votes were drawn, for images of this size.
    /// </summary>
    /// <param name="claimed">Its text; null for Gaussian noise.</param>
    /// <param name="law">The same; null where it is not known here.</param>
    /// <param name="findings">Receives what differs.</param>
    public void Noise(string? claimed, NoiseLaw? law, Findings findings)
    {
        if (meta?.Settings.GetValueOrDefault(CertificationLogMeta.NoiseSetting) is { } drawn
            && law?.Scheme is { } scheme && !drawn.StartsWith(scheme, StringComparison.Ordinal))
            findings.Overstated("noise", $"'{claimed ?? "gaussian"}' is claimed, and the votes were drawn by {drawn}");
        if (law?.Dimension is { } size
            && PlainNumber.TryParseWhole(meta?.Settings.GetValueOrDefault(CertificationLogMeta.DimensionSetting), out long dimension)
            && size != dimension)
            findings.Overstated("noise", $"{size} values an image are claimed, and the settings say {dimension}");
    }

    private void Setting(string name, string claimed, Findings findings)
    {
        // A batch size left to the library is not in the settings.
        if (meta!.Settings.TryGetValue(name, out string? stated) && stated.Length > 0)
            findings.Equal(name, claimed, stated, "the settings file");
    }

    /// <summary>The text including omitted parameters, where the method is known.</summary>
    private static string Canonical(CertificationMethod method)
    {
        try
        {
            return (SoftCertifier.Find(method)?.Method ?? Certifiers.Create(method).Method).ToString();
        }
        catch (ArgumentException)
        {
            return method.ToString();
        }
    }
}
