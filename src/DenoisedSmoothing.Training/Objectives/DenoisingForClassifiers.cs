using System.Globalization;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Training;

/// <summary>
/// Trains a denoiser in front of fixed classifiers, by the cross-entropy of their answers to denoised images (Salman et al. 2020); the
/// objectives differ in the label that the answer should have.
/// </summary>
/// <remarks>
/// Several classifiers take turns, one per step: then the denoiser does not fit only one of them, and serves a classifier that is not
/// available (the paper's black box, with 14 surrogates for CIFAR-10). The paper fine-tunes a denoiser trained with
/// <see cref="DenoisingError"/>.
/// </remarks>
public abstract class DenoisingForClassifiers : ITrainingObjective
{
    private readonly DenoisingNetwork _denoiser;
    private readonly Surrogates _surrogates;
    private readonly double _sigma;
    private readonly string _name;

    private protected DenoisingForClassifiers(string name, DenoisingNetwork denoiser, IReadOnlyList<IClassifier> surrogates, double sigma)
    {
        ArgumentNullException.ThrowIfNull(denoiser);
        (_name, _denoiser, _surrogates, _sigma) = (name, denoiser, new Surrogates(surrogates), denoiser.Reached(sigma));
    }

    /// <inheritdoc/>
    public nn.Module Network => _denoiser.Network;

    /// <inheritdoc/>
    public string Settings => string.Create(CultureInfo.InvariantCulture,
        $"{_name}; sigma={_sigma}; denoiser={_denoiser.Settings}; surrogates={_surrogates.Settings}");

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">The classifier of this step gives no gradients.</exception>
    public Tensor Loss(TrainingBatch batch, StepRandom random)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(random);
        IClassifier classifier = _surrogates.Of(batch);
        Tensor labels = Labels(classifier, batch);
        Tensor noisy = batch.Images.add(random.Normal(batch.Images), alpha: Kept(_sigma));
        Tensor logits = Surrogates.WithGradients(classifier.Classify(_denoiser.Denoise(noisy, _sigma)));
        return nn.functional.cross_entropy(logits, labels);
    }

    /// <summary>What the classifier should answer, int64 [N].</summary>
    private protected abstract Tensor Labels(IClassifier classifier, TrainingBatch batch);
}
