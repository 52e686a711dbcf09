namespace DenoisedSmoothing;

/// <summary>Implemented by denoisers and base classifiers that reach only up to some noise level, so that a sigma beyond it is refused before any work.</summary>
public interface ISigmaLimited
{
    /// <summary>The largest sigma, in [0,1] pixel space, that can be denoised.</summary>
    double LargestSigma { get; }
}
