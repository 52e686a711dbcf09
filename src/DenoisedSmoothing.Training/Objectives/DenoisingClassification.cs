using static TorchSharp.torch;

namespace DenoisedSmoothing.Training;

/// <summary>
/// Trains a denoiser in front of fixed classifiers: cross-entropy between a classifier's answer to the denoised image and the image's label
/// (Salman et al. 2020, Clf).
/// </summary>
public sealed class DenoisingClassification : DenoisingForClassifiers
{
    /// <summary>Trains a denoiser's network.</summary>
    /// <param name="denoiser">The network.</param>
    /// <param name="surrogates">At least one classifier that gives gradients, in evaluation mode, all with the same number of classes. They
    /// are not changed; their own parameters get no gradients from here on.</param>
    /// <param name="sigma">The noise per pixel, in [0,1] pixel space; finite, above 0.</param>
    /// <exception cref="ArgumentException">There are no classifiers, or their numbers of classes differ.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Sigma is not finite and positive, or beyond what the network can handle.</exception>
    public DenoisingClassification(DenoisingNetwork denoiser, IReadOnlyList<IClassifier> surrogates, double sigma)
        : base("denoising classification", denoiser, surrogates, sigma)
    {
    }

    private protected override Tensor Labels(IClassifier classifier, TrainingBatch batch)
    {
        Trainable.RequireClasses(batch, classifier.ClassCount);
        return batch.Labels;
    }
}
