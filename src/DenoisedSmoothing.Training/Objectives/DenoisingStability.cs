using static TorchSharp.torch;

namespace DenoisedSmoothing.Training;

/// <summary>
/// Trains a denoiser in front of fixed classifiers: cross-entropy between a classifier's answer to the denoised image and its own label for
/// the clean one (Salman et al. 2020, Stab). Needs no labels.
/// </summary>
public sealed class DenoisingStability : DenoisingForClassifiers
{
    /// <summary>Trains a denoiser's network.</summary>
    /// <param name="denoiser">The network.</param>
    /// <param name="surrogates">At least one classifier that gives gradients, in evaluation mode, all with the same number of classes. They
    /// are not changed; their own parameters get no gradients from here on.</param>
    /// <param name="sigma">The noise per pixel, in [0,1] pixel space; finite, above 0.</param>
    /// <exception cref="ArgumentException">There are no classifiers, or their numbers of classes differ.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Sigma is not finite and positive, or beyond what the network can handle.</exception>
    public DenoisingStability(DenoisingNetwork denoiser, IReadOnlyList<IClassifier> surrogates, double sigma)
        : base("denoising stability", denoiser, surrogates, sigma)
    {
    }

    private protected override Tensor Labels(IClassifier classifier, TrainingBatch batch)
    {
        using IDisposable noGrad = no_grad();
        return classifier.Classify(batch.Images).argmax(1);
    }
}
