using System.Globalization;
using DenoisedSmoothing.Statistics;

namespace DenoisedSmoothing.Noise;

/// <summary>Cohen's theorem for exactly Gaussian noise on real numbers: sigma/2 (Phi^-1(pA) - Phi^-1(pB)), in l2.</summary>
/// <param name="Sigma">The standard deviation of the noise per pixel value, in [0,1] pixel space; finite, above 0.</param>
/// <exception cref="ArgumentOutOfRangeException">Sigma is not finite and above 0.</exception>
public sealed record GaussianRule(double Sigma) : IRadiusRule
{
    /// <summary>The law's name in <see cref="Description"/>.</summary>
    internal const string Name = "gaussian";

    /// <summary>The standard deviation of the noise per pixel value, in [0,1] pixel space.</summary>
    public double Sigma { get; init => field = Checked(value); } = Checked(Sigma);

    /// <inheritdoc/>
    public string Description => string.Create(CultureInfo.InvariantCulture, $"{Name} sigma={Sigma:R}");

    /// <inheritdoc/>
    public Norm Norm => Norm.L2;

    /// <inheritdoc/>
    public double Radius(double pALower, double pBUpper) => pBUpper >= 1 - pALower
        ? CertifiedRadius.FromBound(pALower, Sigma)
        : CertifiedRadius.FromBounds(pALower, pBUpper, Sigma);

    /// <inheritdoc/>
    public double ProbabilityFor(double radius) => RadiusInversion.Solve(this, radius);

    private static double Checked(double sigma)
    {
        CertifiedRadius.CheckSigma(sigma);
        return sigma;
    }
}
