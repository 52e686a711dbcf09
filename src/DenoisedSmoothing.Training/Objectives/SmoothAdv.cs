using System.Globalization;
using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Training.Attacks;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Training;

/// <summary>
/// SmoothAdv (Salman et al. 2019): images are moved, within a radius, to where the smoothed classifier gives their label the lowest
/// probability, and cross-entropy is taken on m noisy copies of the moved images, with the noise used in the attack.
/// </summary>
/// <remarks>
/// The attack sees the network in evaluation mode. A step sees <see cref="TrainingOptions.BatchSize"/> images m times each and attacks them
/// in <see cref="PgdAttack.Steps"/> passes, so it costs m (steps + 1) times as much as Gaussian augmentation.
/// </remarks>
public sealed class SmoothAdv : ITrainingObjective
{
    private readonly ModuleClassifier _classifier;
    private readonly double _sigma;

    /// <summary>Trains a classifier's network.</summary>
    /// <param name="classifier">Over a module of weights; noise is added before its normalisation.</param>
    /// <param name="sigma">The noise per pixel, in [0,1] pixel space; finite, above 0.</param>
    /// <exception cref="ArgumentException">The classifier's network is not a module with parameters.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Sigma is not finite and positive.</exception>
    public SmoothAdv(ModuleClassifier classifier, double sigma)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        (_classifier, _sigma, Network) = (classifier, Trainable.Sigma(sigma), Trainable.Module(classifier.Network, nameof(classifier)));
    }

    /// <summary>How far images are moved, in l2; finite, above 0.</summary>
    /// <value>1. The authors use 0.25, 0.5, 1 and 2, from their 64, 127, 255 and 512, each divided by 256.</value>
    public double Radius { get; init => field = Trainable.Positive(value, nameof(Radius)); } = 1;

    /// <summary>Noisy copies of each image, m; above 0.</summary>
    /// <value>2; the authors use 1 to 8.</value>
    public int Draws { get; init => field = Trainable.AtLeast(1, value, nameof(Draws)); } = 2;

    /// <summary>How images are moved.</summary>
    /// <value>PGD.</value>
    public SmoothAdvAttack Attack { get; init => field = Enum.IsDefined(value) ? value
        : throw new ArgumentOutOfRangeException(nameof(Attack), value, "Attack must be Pgd, Estimate or Ddn."); }

    /// <summary>Steps of the attack, above 0; at least 2 for DDN, which judges an image before it moves it.</summary>
    /// <value>2; the authors use 2 to 10.</value>
    public int AttackSteps { get; init => field = Trainable.AtLeast(1, value, nameof(AttackSteps)); } = 2;

    /// <summary>The radius grows to its full length over this many epochs; at least 0.</summary>
    /// <value>10, the authors' value.</value>
    public int WarmupEpochs { get; init => field = Trainable.AtLeast(0, value, nameof(WarmupEpochs)); } = 10;

    /// <inheritdoc/>
    public nn.Module Network { get; }

    /// <inheritdoc/>
    public string Settings => string.Create(CultureInfo.InvariantCulture,
        $"SmoothAdv; sigma={_sigma}; radius={Radius}; draws={Draws}; attack={Attack}; attack steps={AttackSteps}; " +
        $"warm-up epochs={WarmupEpochs}; {Trainable.InputOf(_classifier)}");

    /// <summary>The radius in an epoch.</summary>
    /// <param name="epoch">Finished epochs.</param>
    public double RadiusIn(int epoch) => WarmupEpochs == 0 ? Radius : Math.Min(Radius, (epoch + 1) * Radius / WarmupEpochs);

    /// <inheritdoc/>
    public Tensor Loss(TrainingBatch batch, StepRandom random)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(random);
        Trainable.RequireClasses(batch, _classifier.ClassCount);
        if (Attack == SmoothAdvAttack.Ddn && AttackSteps == 1)
            throw new InvalidOperationException("DDN with one step moves no image: ask for 2 or more AttackSteps.");
        IReadOnlyList<Tensor> noise = Trainable.Noise(batch.Images, _sigma, Draws, random);
        Tensor moved = Moved(batch, noise, random);
        return Trainable.CrossEntropy(_classifier.Forward(Trainable.Noisy(moved, noise)), batch, _classifier.ClassCount);
    }

    private Tensor Moved(TrainingBatch batch, IReadOnlyList<Tensor> noise, StepRandom random) => Trainable.InEvaluation(Network, () =>
    {
        AttackTarget target = new(_classifier, _sigma) { Batch = int.MaxValue }; // as many rows as the loss needs anyway
        double radius = RadiusIn(batch.Epoch);
        return Attack == SmoothAdvAttack.Ddn
            ? new DdnAttack { Steps = AttackSteps, Levels = 256 }.Run(target, batch.Images, batch.Labels, radius, noise, random)
            : new PgdAttack { Steps = AttackSteps, UsesGradients = Attack == SmoothAdvAttack.Pgd }
                .Run(target, batch.Images, batch.Labels, radius, noise, random);
    });
}
