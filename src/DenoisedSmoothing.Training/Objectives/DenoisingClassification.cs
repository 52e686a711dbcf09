using System.Globalization;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Training;

/// <summary>
/// Trains a denoiser in front of classifiers that stay as they are: cross-entropy between a classifier's answer to the denoised image and
/// the image's label (Salman et al. 2020, Clf).
/// </summary>
/// <remarks>
/// Several classifiers take turns, one a step: then the denoiser does not fit one alone, and serves a classifier that is not at hand (the
/// black box of the paper, with 14 surrogates for CIFAR-10). The paper fine-tunes a denoiser that was trained by
/// <see cref="DenoisingError"/>.
/// </remarks>
public sealed class DenoisingClassification : ITrainingObjective
{
    private readonly DenoisingNetwork _denoiser;
    private readonly Surrogates _surrogates;
    private readonly double _sigma;

    /// <summary>Trains a denoiser's network.</summary>
    /// <param name="denoiser">The network.</param>
    /// <param name="surrogates">At least one classifier that gives gradients, in evaluation mode, all with one number of classes. They
    /// stay as they are; their own parameters get no gradients from here on.</param>
    /// <param name="sigma">The noise per pixel, in [0,1] pixel space; finite, above 0.</param>
    /// <exception cref="ArgumentException">There is no classifier, or their numbers of classes differ.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Sigma is not finite and positive, or beyond what the network reaches.</exception>
    public DenoisingClassification(DenoisingNetwork denoiser, IReadOnlyList<IClassifier> surrogates, double sigma)
    {
        ArgumentNullException.ThrowIfNull(denoiser);
        (_denoiser, _surrogates, _sigma) = (denoiser, new Surrogates(surrogates), denoiser.Reached(sigma));
    }

    /// <inheritdoc/>
    public nn.Module Network => _denoiser.Network;

    /// <inheritdoc/>
    public string Settings => string.Create(CultureInfo.InvariantCulture,
        $"denoising classification; sigma={_sigma}; denoiser={_denoiser.Settings}; surrogates={_surrogates.Settings}");

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">The classifier of this step gives no gradients.</exception>
    public Tensor Loss(TrainingBatch batch, StepRandom random)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(random);
        IClassifier classifier = _surrogates.Of(batch);
        _surrogates.RequireClasses(batch);
        Tensor noisy = batch.Images.add(random.Normal(batch.Images), alpha: _sigma);
        Tensor logits = Surrogates.WithGradients(classifier.Classify(_denoiser.Denoise(noisy, _sigma)));
        return nn.functional.cross_entropy(logits, batch.Labels);
    }
}
