using System.Globalization;

namespace DenoisedSmoothing.Sampling;

/// <summary>Which noise levels make sense for pixels in [0,1], and for a base classifier.</summary>
internal static class SigmaRange
{
    /// <summary>
    /// From here on, the noise leaves nothing of an image, so a number for pixels of 0 to 255 is meant: 16/255 is little noise.
    /// </summary>
    private const double CertainlyAnotherUnit = 16;

    /// <summary>Twice what is published: at 1, the best accuracies on CIFAR-10 are about a third (Carlini et al. 2022, table 2).</summary>
    private const double Unusual = 2;

    /// <exception cref="ArgumentOutOfRangeException">
    /// The level is not valid, is in another unit, or is beyond <paramref name="reach"/>.
    /// </exception>
    public static void Check(double sigma, double reach)
    {
        Require.Sigma(sigma);
        if (sigma >= CertainlyAnotherUnit)
        {
            throw new ArgumentOutOfRangeException(nameof(sigma), sigma, string.Create(CultureInfo.InvariantCulture,
                $"Sigma is the noise per pixel, for pixels in [0,1]. For pixels of 0 to 255 divide by 255: {sigma} is {sigma / 255:G4}."));
        }

        if (sigma > reach)
        {
            throw new ArgumentOutOfRangeException(nameof(sigma), sigma, string.Create(CultureInfo.InvariantCulture,
                $"Sigma is beyond the denoiser's noisiest timestep, which is sigma {reach:G6}. Use a smaller sigma or a denoiser "
                    + $"trained on more noise."));
        }
    }

    /// <summary>What looks like a mistake but may not be one.</summary>
    public static IEnumerable<string> Warnings(double sigma) => sigma <= Unusual ? [] : [string.Create(CultureInfo.InvariantCulture,
        $"Sigma {sigma} drowns images whose pixels lie in [0,1]; values in use are 0.12 to 1. For pixels of 0 to 255 divide by 255.")];
}
