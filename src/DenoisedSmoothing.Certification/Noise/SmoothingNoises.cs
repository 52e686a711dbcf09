namespace DenoisedSmoothing.Noise;

/// <summary>The noise of a certificate, for redrawing its votes.</summary>
public static class SmoothingNoises
{
    /// <summary>The noise with which a certificate's votes were drawn.</summary>
    /// <param name="certificate">A certificate with its provenance.</param>
    /// <exception cref="ArgumentException">The certificate has no provenance.</exception>
    /// <exception cref="FormatException">The certificate names a noise that this version does not know.</exception>
    public static ISmoothingNoise Of(Certificate certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        Provenance provenance = certificate.Provenance
            ?? throw new ArgumentException("The certificate has no provenance: its votes cannot be drawn again.", nameof(certificate));
        return (provenance.Noise, RadiusRules.Of(certificate)) switch
        {
            (GaussianNoise.Version, GaussianRule) => new FloatGaussianNoise(provenance.DrawnSigma),
            (GridGaussianNoise.Scheme, GridGaussianRule grid) => new GridGaussianNoise(grid.Sigma),
            (UniformNoise.Scheme, UniformRule uniform) => new UniformNoise(uniform.Lambda),
            _ => throw new FormatException(
                $"The noise '{provenance.Noise}' with '{certificate.Noise}' is not one that this version knows."),
        };
    }
}
