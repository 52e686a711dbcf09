using System.Globalization;
using DenoisedSmoothing.Classification;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Training;

/// <summary>
/// Stability training (Li et al. 2019): cross-entropy on clean images, plus lambda times the cross-entropy of the noisy image's answer
/// against the clean image's. The gradient goes through both.
/// </summary>
/// <remarks>
/// The noisy images go through the network last, so that batch norm's running values end each step with what it will see under smoothing.
/// </remarks>
public sealed class StabilityTraining : ITrainingObjective
{
    private readonly ModuleClassifier _classifier;
    private readonly double _sigma;

    /// <summary>Trains a classifier's network.</summary>
    /// <param name="classifier">Over a module of weights; noise is added before its normalisation.</param>
    /// <param name="sigma">The noise per pixel, in [0,1] pixel space; finite, above 0.</param>
    /// <exception cref="ArgumentException">The classifier's network is not a module with parameters.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Sigma is not finite and positive.</exception>
    public StabilityTraining(ModuleClassifier classifier, double sigma)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        (_classifier, _sigma, Network) = (classifier, Trainable.Sigma(sigma), Trainable.Module(classifier.Network, nameof(classifier)));
    }

    /// <summary>The weight of stability; finite, at least 0.</summary>
    /// <value>2, as for CIFAR-10 at sigma 0.25 and 0.5; 1 at sigma 1.</value>
    public double Lambda { get; init => field = Trainable.Weight(value, nameof(Lambda)); } = 2;

    /// <inheritdoc/>
    public nn.Module Network { get; }

    /// <inheritdoc/>
    public string Settings => string.Create(CultureInfo.InvariantCulture,
        $"stability; sigma={_sigma}; lambda={Lambda}; {Trainable.InputOf(_classifier)}");

    /// <inheritdoc/>
    public Tensor Loss(TrainingBatch batch, StepRandom random)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(random);
        Tensor clean = _classifier.Forward(batch.Images);
        Tensor noisy = _classifier.Forward(batch.Images.add(random.Normal(batch.Images), alpha: Kept(_sigma)));
        Tensor unstable = (nn.functional.softmax(clean, 1) * nn.functional.log_softmax(noisy, 1)).sum(1).neg().mean();
        return Trainable.CrossEntropy(clean, batch, _classifier.ClassCount).Plus(Kept(Lambda) * unstable);
    }
}
