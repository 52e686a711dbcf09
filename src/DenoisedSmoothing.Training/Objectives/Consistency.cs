using System.Globalization;
using DenoisedSmoothing.Classification;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Training;

/// <summary>
/// Consistency regularisation (Jeong and Shin 2020): cross-entropy on m noisy copies of each image, plus how far the copies' predictions
/// are from their mean and how undecided that mean is. With P the mean of p_1 to p_m: L = mean CE + mean over images of (lambda mean_i
/// KL(P || p_i) + eta H(P)). The gradient goes through P too.
/// </summary>
/// <remarks>
/// A step sees <see cref="TrainingOptions.BatchSize"/> images m times each. The authors cut a batch of 256 into m steps of 256/m images at
/// an unchanged learning rate, so use 256/m here.
/// </remarks>
public sealed class Consistency : ITrainingObjective
{
    private readonly ModuleClassifier _classifier;
    private readonly double _sigma;

    /// <summary>Trains a classifier's network.</summary>
    /// <param name="classifier">Over a module of weights; noise is added before its normalisation.</param>
    /// <param name="sigma">The noise per pixel, in [0,1] pixel space; finite, above 0.</param>
    /// <exception cref="ArgumentException">The classifier's network is not a module with parameters.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Sigma is not finite and positive.</exception>
    public Consistency(ModuleClassifier classifier, double sigma)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        (_classifier, _sigma, Network) = (classifier, Trainable.Sigma(sigma), Trainable.Module(classifier.Network, nameof(classifier)));
    }

    /// <summary>Noisy copies of each image, m; at least 2, since one copy is its own mean.</summary>
    /// <value>2, the authors' value.</value>
    public int Draws { get; init => field = Trainable.AtLeast(2, value, nameof(Draws)); } = 2;

    /// <summary>The weight of the divergences, lambda; finite, at least 0. Too much of it makes training collapse.</summary>
    /// <value>10, the authors' value for CIFAR-10 at sigma 0.5 and 1 (20 at 0.25, or 10); 10, 5, 5 for MNIST at 0.25, 0.5, 1.</value>
    public double Lambda { get; init => field = Trainable.Weight(value, nameof(Lambda)); } = 10;

    /// <summary>The weight of the entropy, eta; finite, at least 0.</summary>
    /// <value>0.5, the authors' value.</value>
    public double Eta { get; init => field = Trainable.Weight(value, nameof(Eta)); } = 0.5;

    /// <inheritdoc/>
    public nn.Module Network { get; }

    /// <inheritdoc/>
    public string Settings => string.Create(CultureInfo.InvariantCulture,
        $"consistency; sigma={_sigma}; draws={Draws}; lambda={Lambda}; eta={Eta}; {Trainable.InputOf(_classifier)}");

    /// <inheritdoc/>
    public Tensor Loss(TrainingBatch batch, StepRandom random)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(random);
        Tensor logits = _classifier.Forward(Trainable.Noisy(batch.Images, Trainable.Noise(batch.Images, _sigma, Draws, random)));
        Tensor crossEntropy = Trainable.CrossEntropy(logits, batch, _classifier.ClassCount);

        // In logarithms throughout: a class with probability 0 then costs nothing, where the usual form gives a finite loss with NaN
        // gradients.
        Tensor logP = nn.functional.log_softmax(logits, 1).reshape(Draws, -1, logits.shape[1]); // [m,B,K]
        Tensor logMean = logP.logsumexp(0).sub(Kept(Math.Log(Draws))); // [B,K]
        Tensor mean = logMean.exp();
        Tensor divergence = (mean * (logMean - logP)).sum(2).mean([0]); // [B]
        Tensor entropy = (mean * logMean).sum(1).neg(); // [B]
        return crossEntropy.Plus(((Kept(Lambda) * divergence).Plus(Kept(Eta) * entropy)).mean());
    }
}
