using System.Globalization;
using DenoisedSmoothing.Logs;
using DenoisedSmoothing.Noise;
using DenoisedSmoothing.Soft;

namespace DenoisedSmoothing.Verification;

/// <summary>Holds the lines of a log against the settings beside it.</summary>
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
            Sigma(c.Sigma, c.Norm, findings);
        else if (entry.Soft is { } soft)
            Sigma(soft.Sigma, soft.Norm, findings);
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
    /// down to its grid, and lambda is longer than sigma.
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

    private void Setting(string name, string claimed, Findings findings)
    {
        // A batch that was left to the library is not in the settings.
        if (meta!.Settings.TryGetValue(name, out string? stated) && stated.Length > 0)
            findings.Equal(name, claimed, stated, "the settings file");
    }

    /// <summary>The text with the parameters that it leaves out, where the method is known.</summary>
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
