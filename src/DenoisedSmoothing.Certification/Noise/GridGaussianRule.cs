using System.Globalization;
using DenoisedSmoothing.Statistics;
using MathNet.Numerics.Distributions;

namespace DenoisedSmoothing.Noise;

/// <summary>
/// What votes under <see cref="GridGaussianNoise"/> certify: Cohen's theorem, minus the cost of the grid and of the noise's law. It holds
/// for every float32 image within the radius, moved to the grid and given noise as in this program.
/// </summary>
/// <remarks>
/// With tau = 2^-39 d, the most by which one vote's law deviates from exact Gaussian noise, and g the step of the grid, for the split t
/// between the labels (1/2 for a one-sided bound): sigma min(Phi^-1(pA - tau) - Phi^-1(t + tau), Phi^-1(t - tau) - Phi^-1(pB + tau)) - g
/// sqrt(d). docs/noise.md has the proof. For 3x32x32 images at sigma 0.5 that is 3e-5 less than Cohen's radius; for 3x224x224 it is 2e-4.
/// </remarks>
/// <param name="Sigma">The standard deviation of the noise per pixel value, in [0,1] pixel space; from 2^-20 to 2^20.</param>
/// <param name="Dimension">d, the number of values of the image (channels x height x width); from 1 to 2^23.</param>
/// <exception cref="ArgumentOutOfRangeException">A parameter is outside its range.</exception>
public sealed record GridGaussianRule(double Sigma, long Dimension) : IRadiusRule
{
    /// <summary>The law's name in <see cref="Description"/>.</summary>
    internal const string Name = "grid-gaussian";

    /// <summary>The standard deviation of the noise per pixel value, in [0,1] pixel space.</summary>
    public double Sigma { get; init => field = CheckedSigma(value); } = CheckedSigma(Sigma);

    /// <summary>The number of values of the image.</summary>
    public long Dimension { get; init => field = CheckedDimension(value); } = CheckedDimension(Dimension);

    /// <inheritdoc/>
    public string Description => string.Create(CultureInfo.InvariantCulture, $"{Name} sigma={Sigma:R} dimension={Dimension}");

    /// <inheritdoc/>
    public Norm Norm => Norm.L2;

    /// <summary>
    /// The most by which the law of one noisy image differs, in total variation, from exact Gaussian noise on the grid; exact.
    /// </summary>
    public double TotalVariation => Dimension * GridGaussianLaw.TotalVariation;

    /// <summary>
    /// The most by which two images move towards or apart from each other when they are put on the grid, g sqrt(d), rounded up.
    /// </summary>
    public double GridDistance => Math.BitIncrement(GridGaussianLaw.StepFor(Sigma) * Math.Sqrt(Dimension));

    /// <inheritdoc/>
    public double Radius(double pALower, double pBUpper)
    {
        Probabilities.Check(pALower, pBUpper);
        double tau = TotalVariation;
        double pA = Math.BitDecrement(pALower - tau), pB = Math.BitIncrement(pBUpper + tau);
        bool oneSided = pBUpper >= 1 - pALower;
        double split = oneSided ? .5 : Split(pA, pB);
        double ceiling = Math.BitIncrement(split + tau), floor = Math.BitDecrement(split - tau);
        if (!(pA > ceiling) || ceiling >= 1 || !(oneSided || (floor > pB && floor > 0)))
            return 0;

        // Whatever the split, the label stays above it and every other label below it, so its own rounding does not matter.
        double reach = NormalQuantile.Lower(pA) - NormalQuantile.Upper(ceiling);
        if (!oneSided)
            reach = Math.Min(reach, NormalQuantile.Lower(floor) - NormalQuantile.Upper(pB));
        return Math.Max(0, Math.BitDecrement(Math.BitDecrement(Sigma * Math.BitDecrement(reach)) - GridDistance));
    }

    /// <inheritdoc/>
    public double ProbabilityFor(double radius) => RadiusInversion.Solve(this, radius);

    /// <summary>Where the label and its rival would meet.</summary>
    private static double Split(double pA, double pB) =>
        pA > 0 && pA < 1 && pB > 0 && pB < 1 ? Normal.CDF(0, 1, (Normal.InvCDF(0, 1, pA) + Normal.InvCDF(0, 1, pB)) / 2) : .5;

    private static double CheckedSigma(double sigma)
    {
        GridGaussianNoise.CheckSigma(sigma);
        return sigma;
    }

    private static long CheckedDimension(long dimension)
    {
        NoiseRow.CheckDimension(dimension, GridGaussianNoise.LongestRow);
        return dimension;
    }
}
