using DenoisedSmoothing.Statistics;

namespace DenoisedSmoothing.Analysis;

/// <summary>
/// The field's lower bound on the accuracy that a perfect certifier would give on the same images, for comparison with published tables. It
/// fails more often than it claims: <see cref="DatasetStatement"/> has bounds that do not.
/// </summary>
public static class HighProbabilityAccuracy
{
    /// <summary>
    /// The bound of Cohen et al. 2019 (locuslab/smoothing, code/analyze.py, HighProbAccuracy), under
    /// its own name: Bernstein's inequality without its factor 2, which fails more often than rho where m is large.
    /// </summary>
    /// <param name="certified">The images counted as certified, from 0 to <paramref name="images"/>.</param>
    /// <param name="images">The number of images m, at least 1.</param>
    /// <param name="alpha">The probability that one certificate is wrong; above 0 and below 1.</param>
    /// <param name="rho">The probability that the bound fails, as claimed; above 0 and below 1.</param>
    /// <returns>The formula's value, which may be negative.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public static double Cohen(long certified, long images, double alpha, double rho)
    {
        if (images is < 1 or > ClopperPearson.MaxTrials)
            throw new ArgumentOutOfRangeException(nameof(images), images, "Images must be between 1 and 2^53.");
        if (certified < 0 || certified > images)
            throw new ArgumentOutOfRangeException(nameof(certified), certified,
                $"The certified images must be between 0 and the {images} images.");
        if (!(alpha is > 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(alpha), alpha, "Alpha must be above 0 and below 1.");
        if (!(rho is > 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(rho), rho, "Rho must be above 0 and below 1.");
        double mean = (double)certified / images, log = Math.Log(1 / rho);
        return mean - alpha - Math.Sqrt(alpha * (1 - alpha) * log / images) - log / (3 * images);
    }
}
