using System.Globalization;
using System.Runtime.CompilerServices;

namespace DenoisedSmoothing;

/// <summary>The rules for numbers that occur in many places, each with one check and one wording.</summary>
internal static class Require
{
    /// <summary>The smallest alpha for which the bounds are computed.</summary>
    public const double SmallestAlpha = 1e-100;

    /// <summary>A noise level: finite and above 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not.</exception>
    public static void Sigma(double sigma, [CallerArgumentExpression(nameof(sigma))] string name = "")
    {
        if (!(sigma > 0 && double.IsFinite(sigma)))
        {
            throw new ArgumentOutOfRangeException(
                name, sigma, "Sigma must be finite and above 0: the standard deviation of the noise per pixel, for pixels in [0,1].");
        }
    }

    /// <summary>A probability of error: from 1e-100 to below 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not.</exception>
    public static void Alpha(double alpha, [CallerArgumentExpression(nameof(alpha))] string name = "")
    {
        if (!(alpha >= SmallestAlpha && alpha < 1))
        {
            throw new ArgumentOutOfRangeException(
                name, alpha, string.Create(CultureInfo.InvariantCulture, $"Alpha must be at least {SmallestAlpha} and below 1."));
        }
    }

    /// <summary>The alpha of a certifier, from 1e-100 to 1/2: no answer may be wrong more often than right.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not.</exception>
    public static void CertifierAlpha(double alpha, [CallerArgumentExpression(nameof(alpha))] string name = "")
    {
        if (alpha >= SmallestAlpha && alpha <= .5)
            return;
        string confidence = alpha is > .5 and < 1
            ? string.Create(CultureInfo.InvariantCulture, $" For confidence {alpha}, alpha is {1 - alpha:G3}.")
            : "";
        throw new ArgumentOutOfRangeException(name, alpha, string.Create(CultureInfo.InvariantCulture,
            $"Alpha is the probability of a wrong answer and must be from {SmallestAlpha} to 0.5.{confidence}"));
    }
}
