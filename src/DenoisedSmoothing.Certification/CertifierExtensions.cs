using DenoisedSmoothing.Noise;
using DenoisedSmoothing.Votes;

namespace DenoisedSmoothing;

/// <summary>Certifiers under plain Gaussian noise, named by its sigma.</summary>
public static class CertifierExtensions
{
    /// <summary>Starts a certification under exactly Gaussian noise: <see cref="GaussianRule"/>.</summary>
    /// <param name="certifier">The certifier.</param>
    /// <param name="classCount">The number of classes, at least 2.</param>
    /// <param name="sigma">The standard deviation of the noise per pixel value, in [0,1] pixel space; finite, above 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than two classes, or a sigma that is not finite and above 0.</exception>
    public static IVoteTest<Certificate> Certify(this ICertifier certifier, int classCount, double sigma)
    {
        ArgumentNullException.ThrowIfNull(certifier);
        return certifier.Certify(classCount, new GaussianRule(sigma));
    }

    /// <summary>The bound in a certificate from these votes under exactly Gaussian noise.</summary>
    /// <inheritdoc cref="SequentialCertifier.LowerBound"/>
    /// <param name="certifier">The certifier.</param>
    /// <param name="successes">Estimation votes for the selected label.</param>
    /// <param name="trials">Estimation votes, from 1 to the budget.</param>
    /// <param name="sigma">The standard deviation of the noise per pixel value, in [0,1] pixel space; finite, above 0.</param>
    public static double LowerBound(this SequentialCertifier certifier, long successes, long trials, double sigma)
    {
        ArgumentNullException.ThrowIfNull(certifier);
        return certifier.LowerBound(successes, trials, new GaussianRule(sigma));
    }

    /// <summary>The largest radius that the budget can certify in the open mode under exactly Gaussian noise.</summary>
    /// <param name="certifier">The certifier.</param>
    /// <param name="sigma">The standard deviation of the noise per pixel value, in [0,1] pixel space; finite, above 0.</param>
    public static double LargestRadius(this SequentialCertifier certifier, double sigma)
    {
        ArgumentNullException.ThrowIfNull(certifier);
        return certifier.LargestRadius(new GaussianRule(sigma));
    }
}
