using System.Globalization;
using DenoisedSmoothing.Classification;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Training;

/// <summary>
/// SmoothMix (Jeong et al. 2021): cross-entropy on m noisy copies of each image, and answers that become undecided on the way to the result
/// of an unbounded attack through the same noise. With P the mean softmax of the copies, s in [0, 1/2] drawn for each image and K classes:
/// the answer to the image mixed with a share s of the attacked one should be (1 - s) P + s/K, where P is correct. The gradient goes
/// through P too.
/// </summary>
/// <remarks>
/// The attack sees the network in evaluation mode. The authors cut a batch of 256 into m steps of 256/m images at an unchanged learning
/// rate, so use 256/m here.
/// </remarks>
public sealed class SmoothMix : ITrainingObjective
{
    // The authors' values: a zero gradient gives no step, and a probability of 0 has a logarithm.
    private const double Slack = 1e-8, LeastProbability = 1e-20;

    private readonly ModuleClassifier _classifier;
    private readonly double _sigma;

    /// <summary>Trains a classifier's network.</summary>
    /// <param name="classifier">Over a module of weights; noise is added before its normalisation.</param>
    /// <param name="sigma">The noise per pixel, in [0,1] pixel space; finite, above 0.</param>
    /// <exception cref="ArgumentException">The classifier's network is not a module with parameters.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Sigma is not finite and positive.</exception>
    public SmoothMix(ModuleClassifier classifier, double sigma)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        (_classifier, _sigma, Network) = (classifier, Trainable.Sigma(sigma), Trainable.Module(classifier.Network, nameof(classifier)));
    }

    /// <summary>Noisy copies of each image, m; above 0.</summary>
    /// <value>2, the authors' value for CIFAR-10; 4 for MNIST.</value>
    public int Draws { get; init => field = Trainable.AtLeast(1, value, nameof(Draws)); } = 2;

    /// <summary>Steps of the attack, T; above 0.</summary>
    /// <value>4, the authors' value for CIFAR-10; 2, 4, 8 for MNIST at sigma 0.25, 0.5, 1.</value>
    public int AttackSteps { get; init => field = Trainable.AtLeast(1, value, nameof(AttackSteps)); } = 4;

    /// <summary>The length of a step of the attack in l2, alpha; finite, above 0. Nothing else bounds the attack.</summary>
    /// <value>1, the authors' value for MNIST and for CIFAR-10 at sigma 0.5; 0.5 at 0.25, 2 at 1.</value>
    public double StepLength { get; init => field = Trainable.Positive(value, nameof(StepLength)); } = 1;

    /// <summary>The weight of the mixed images, eta; finite, at least 0.</summary>
    /// <value>5, the authors' value, or 1.</value>
    public double Eta { get; init => field = Trainable.Weight(value, nameof(Eta)); } = 5;

    /// <summary>
    /// The one-step form: cross-entropy and mixing start from the result of the attack's first step rather than from the images themselves.
    /// </summary>
    /// <value>False.</value>
    public bool OneStep { get; init; }

    /// <summary>
    /// The weight grows to its full value over this many epochs, and the step of the one-step form to its full length; at least 0.
    /// </summary>
    /// <value>10, the authors' value.</value>
    public int WarmupEpochs { get; init => field = Trainable.AtLeast(0, value, nameof(WarmupEpochs)); } = 10;

    /// <inheritdoc/>
    public nn.Module Network { get; }

    /// <inheritdoc/>
    public string Settings => string.Create(CultureInfo.InvariantCulture,
        $"SmoothMix; sigma={_sigma}; draws={Draws}; attack steps={AttackSteps}; step length={StepLength}; eta={Eta}; " +
        $"one-step={(OneStep ? "yes" : "no")}; warm-up epochs={WarmupEpochs}; {Trainable.InputOf(_classifier)}");

    /// <inheritdoc/>
    public Tensor Loss(TrainingBatch batch, StepRandom random)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(random);
        Trainable.RequireClasses(batch, _classifier.ClassCount);
        double warm = WarmupEpochs == 0 ? 1 : Math.Min(1, (batch.Epoch + 1.0) / WarmupEpochs);
        IReadOnlyList<Tensor> noise = Trainable.Noise(batch.Images, _sigma, Draws, random);
        (Tensor near, Tensor far) = Trainable.InEvaluation(Network, () => Attacked(batch, noise, warm));
        Tensor share = random.Uniform(batch.Images.shape[0], batch.Images.device).to_type(batch.Images.dtype).div(Kept(2)); // [B]

        Tensor logits = _classifier.Forward(Trainable.Noisy(near, noise)); // [m B,K]
        Tensor wide = share.reshape(-1, 1, 1, 1);
        Tensor mixed = _classifier.Forward(Trainable.Noisy((wide.SubtractedFrom(1) * near).Plus(wide * far), noise));
        Tensor crossEntropy = Trainable.CrossEntropy(logits, batch, _classifier.ClassCount);
        return crossEntropy.Plus(Undecided(logits, mixed, share.to_type(logits.dtype), batch.Labels) * Kept(Eta * warm));
    }

    private Tensor Undecided(Tensor logits, Tensor mixed, Tensor share, Tensor labels)
    {
        long classes = logits.shape[1];
        Tensor logMean = nn.functional.log_softmax(logits, 1).reshape(Draws, -1, classes).logsumexp(0).sub(Kept(Math.Log(Draws))); // [B,K]
        Tensor right = logMean.argmax(1).eq(labels).to_type(logits.dtype);
        Tensor part = share.unsqueeze(1); // [B,1]
        // In logarithms, so that a class with probability 0 does not give NaN gradients.
        Tensor logTarget = logaddexp(part.SubtractedFrom(1).log().Plus(logMean), part.log() - Kept(Math.Log(classes)));
        Tensor logMixed = nn.functional.log_softmax(mixed, 1).reshape(Draws, -1, classes); // [m,B,K]
        Tensor divergence = (logTarget.exp() * (logTarget - logMixed)).sum(2); // [m,B]
        return (divergence * right).mean();
    }

    // The images for the cross-entropy, and where the attack ends.
    private (Tensor Near, Tensor Far) Attacked(TrainingBatch batch, IReadOnlyList<Tensor> noise, double warm)
    {
        Tensor far = batch.Images, near = batch.Images;
        for (int step = 0; step < AttackSteps; step++)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor x = far.detach().clone().requires_grad_(true);
            Tensor mean = nn.functional.softmax(_classifier.Forward(Trainable.Noisy(x, noise)), 1)
                .reshape(Draws, -1, _classifier.ClassCount).mean([0]);
            Tensor loss = mean.gather(1, batch.Labels.unsqueeze(1)).clamp_min(Kept(LeastProbability)).log().neg().sum();
            Tensor slope = autograd.grad([loss], [x])[0];
            Tensor moved = far.Plus(Kept(StepLength) * slope / Length(slope).Plus(Slack));
            far = moved.clamp(Kept(0), Kept(1)).detach().MoveToOuterDisposeScope();
            if (step == 0 && OneStep)
            {
                Tensor delta = far - batch.Images, length = Length(delta);
                double most = StepLength * warm;
                near = batch.Images.Plus(where(length > Kept(most), delta * (Kept(most) / length.Plus(1e-7)), delta))
                    .clamp(Kept(0), Kept(1)).detach()
                    .MoveToOuterDisposeScope();
            }
        }

        return (near, far);
    }

    private static Tensor Length(Tensor images) => images.flatten(1).norm(1, keepdim: true, p: 2f).reshape(-1, 1, 1, 1);
}
