using System.Globalization;
using DenoisedSmoothing.Statistics;

namespace DenoisedSmoothing.Noise;

/// <summary>
/// What votes under <see cref="UniformNoise"/> certify, in l1: lambda (pA - pB), or 2 lambda (pA - 1/2) where nothing is known about the
/// other labels, minus the cost of its grid.
/// </summary>
/// <remarks>
/// Moving an image by delta moves the probability of any set of noisy images by at most the total variation between the two boxes, at most
/// |delta|_1 / (2 lambda): pA falls and pB rises by no more than that. The same holds step by step on a grid (docs/noise.md has the proof;
/// the bound itself is that of Yang et al. 2020, "Randomized smoothing of all shapes and sizes", and of Levine and Feizi 2021, "Improved,
/// deterministic smoothing for l1 certified robustness"). 2^-44 d is subtracted for moving both images to the grid, and 2^-73 d from the
/// probabilities for the bits of the noise.
/// </remarks>
/// <param name="Lambda">The largest noise per pixel value, in [0,1] pixel space, as it is drawn; from 2^-20 to 256.</param>
/// <param name="Dimension">d, the number of values of the image (channels x height x width); from 1 to 2^28.</param>
/// <exception cref="ArgumentOutOfRangeException">A parameter is outside its range.</exception>
public sealed record UniformRule(double Lambda, long Dimension) : IRadiusRule
{
    /// <summary>The law's name in <see cref="Description"/>.</summary>
    internal const string Name = "uniform";

    /// <summary>The largest noise per pixel value, in [0,1] pixel space.</summary>
    public double Lambda { get; init => field = CheckedLambda(value); } = CheckedLambda(Lambda);

    /// <summary>The number of values of the image.</summary>
    public long Dimension { get; init => field = CheckedDimension(value); } = CheckedDimension(Dimension);

    /// <inheritdoc/>
    public string Description => string.Create(CultureInfo.InvariantCulture, $"{Name} lambda={Lambda:R} dimension={Dimension}");

    /// <inheritdoc/>
    public Norm Norm => Norm.L1;

    /// <summary>lambda / sqrt(3), the standard deviation.</summary>
    public double Sigma => Lambda / Math.Sqrt(3);

    /// <inheritdoc/>
    public double Radius(double pALower, double pBUpper)
    {
        Probabilities.Check(pALower, pBUpper);

        // pA - 1/2 is exact where pA is at least 1/2, and doubling is; pA - pB is rounded down.
        double lead = pBUpper >= 1 - pALower ? 2 * (pALower - .5) : Math.BitDecrement(pALower - pBUpper);
        lead = Math.BitDecrement(lead - Dimension * Math.ScaleB(1, -73));
        return Math.Max(0, Math.BitDecrement(Math.BitDecrement(Lambda * lead) - Dimension * UniformNoise.Step));
    }

    /// <inheritdoc/>
    public double ProbabilityFor(double radius) => RadiusInversion.Solve(this, radius);

    private static double CheckedLambda(double lambda)
    {
        UniformNoise.CheckLambda(lambda);
        return lambda;
    }

    private static long CheckedDimension(long dimension)
    {
        NoiseRow.CheckDimension(dimension, UniformNoise.LongestRow);
        return dimension;
    }
}
