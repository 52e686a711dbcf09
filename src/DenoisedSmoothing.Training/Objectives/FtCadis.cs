using System.Globalization;
using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Denoising;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Training;

/// <summary>
/// FT-CADIS (Jang et al. 2024): fine-tunes a classifier behind a denoiser. Of m images noised and denoised anew, those that are classified
/// correctly count in the cross-entropy; where all are, the answer to each must also survive an attack on what the denoiser left over,
/// measured by the worst of the m divergences from their mean answer P. The gradient goes through P too.
/// </summary>
/// <remarks>
/// The attack moves the difference between a denoised image and the clean one, within a radius, and restores its mean and root mean square;
/// it sees the network in evaluation mode. The denoiser is not changed. The authors count BatchSize times m rows per step: use 128 images
/// with m = 4 for CIFAR-10, and fine-tune with AdamW.
/// </remarks>
public sealed class FtCadis : ITrainingObjective
{
    private const double Slack = 1e-8; // the authors' value: a zero gradient gives no step

    private readonly ModuleClassifier _classifier;
    private readonly IDenoiser _denoiser;
    private readonly double _sigma;

    /// <summary>Trains a classifier's network.</summary>
    /// <param name="classifier">Over a module of weights.</param>
    /// <param name="denoiser">Must handle this sigma; on the same device.</param>
    /// <param name="sigma">The noise per pixel, in [0,1] pixel space; finite, above 0.</param>
    /// <exception cref="ArgumentException">The classifier's network is not a module with parameters.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Sigma is not finite and positive, or beyond what the denoiser can handle.</exception>
    public FtCadis(ModuleClassifier classifier, IDenoiser denoiser, double sigma)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        ArgumentNullException.ThrowIfNull(denoiser);
        (_classifier, _denoiser, _sigma) = (classifier, denoiser, Trainable.Sigma(sigma, denoiser));
        Network = Trainable.Module(classifier.Network, nameof(classifier));
    }

    /// <summary>Noised and denoised copies of each image, m; above 0.</summary>
    /// <value>4, the authors' value for CIFAR-10; 2 for ImageNet.</value>
    public int Draws { get; init => field = Trainable.AtLeast(1, value, nameof(Draws)); } = 4;

    /// <summary>The weight of the attacked images, lambda; finite, at least 0.</summary>
    /// <value>4, the authors' value for CIFAR-10 at sigma 1; 2 for ImageNet.</value>
    public double Lambda { get; init => field = Trainable.Weight(value, nameof(Lambda)); } = 4;

    /// <summary>How far denoised images are moved, in l2 and [0,1] pixel space; finite, above 0.</summary>
    /// <value>0.125, the authors' 64/256 in [-1,1].</value>
    public double Radius { get; init => field = Trainable.Positive(value, nameof(Radius)); } = 0.125;

    /// <summary>Steps of the attack, above 0.</summary>
    /// <value>4, the authors' value for CIFAR-10; 1 for ImageNet.</value>
    public int AttackSteps { get; init => field = Trainable.AtLeast(1, value, nameof(AttackSteps)); } = 4;

    /// <summary>Whether the best copy of an image counts where none is classified correctly.</summary>
    /// <value>True, as for the authors.</value>
    public bool WarmStart { get; init; } = true;

    /// <inheritdoc/>
    public nn.Module Network { get; }

    /// <inheritdoc/>
    public string Settings => string.Create(CultureInfo.InvariantCulture,
        $"FT-CADIS; sigma={_sigma}; draws={Draws}; lambda={Lambda}; radius={Radius}; attack steps={AttackSteps}; " +
        $"warm start={(WarmStart ? "yes" : "no")}; denoiser={PartInfo.Of(_denoiser).Fingerprint}; {Trainable.InputOf(_classifier)}");

    /// <inheritdoc/>
    public Tensor Loss(TrainingBatch batch, StepRandom random)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(random);
        Trainable.RequireClasses(batch, _classifier.ClassCount);
        Tensor denoised = Denoised(batch.Images, random); // [m B,C,H,W]
        Tensor logits = _classifier.Forward(denoised);
        Tensor logP = nn.functional.log_softmax(logits, 1).reshape(Draws, -1, logits.shape[1]); // [m,B,K]
        Tensor logMean = logP.logsumexp(0).sub(Kept(Math.Log(Draws))); // [B,K]
        Tensor right = logP.argmax(2).eq(batch.Labels); // [m,B]

        Tensor attacked = Trainable.InEvaluation(Network, () => Attacked(batch.Images, denoised, logMean.detach()));
        Tensor logAttacked = nn.functional.log_softmax(_classifier.Forward(attacked), 1).reshape(Draws, -1, logits.shape[1]);
        Tensor worst = Divergence(logMean, logAttacked).max(0).values; // [B]
        return Selected(logP, right, batch.Labels).Plus(Kept(Lambda) * right.all(0).to_type(worst.dtype) * worst).mean();
    }

    // The cross-entropies of the correct copies, divided by m.
    private Tensor Selected(Tensor logP, Tensor right, Tensor labels)
    {
        Tensor each = logP.gather(2, labels.reshape(1, -1, 1).expand(Draws, -1, 1)).squeeze(2).neg(); // [m,B]
        Tensor kept = (each * right.to_type(each.dtype)).sum([0]);
        if (WarmStart)
            kept = where(right.any(0), kept, each.min(0).values);
        return kept / Kept(Draws);
    }

    private static Tensor Divergence(Tensor logMean, Tensor log) => (logMean.exp() * (logMean - log)).sum(2); // [m,B]

    // All in the authors' units, images in [-1,1]: the guard that they add to the gradient's length depends on scale.
    private Tensor Attacked(Tensor images, Tensor denoised, Tensor logMean)
    {
        Tensor clean = SymmetricPixels.FromUnit(images).repeat(Draws, 1, 1, 1);
        Tensor left = SymmetricPixels.FromUnit(denoised) - clean; // what the denoiser left over
        Tensor centre = Mean(left), size = Root(left), eta = left;
        double radius = 2 * Radius;
        for (int step = 0; step < AttackSteps; step++)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor x = eta.detach().clone().requires_grad_(true);
            Tensor log = nn.functional.log_softmax(_classifier.Forward(Unit(clean.Plus(x))), 1)
                .reshape(Draws, -1, _classifier.ClassCount);
            Tensor slope = autograd.grad([Divergence(logMean, log).mean([0]).sum()], [x])[0];
            Tensor moved = eta.Plus(Kept(2 * radius / AttackSteps) * slope / Length(slope).Plus(Slack)) - left;
            Tensor length = Length(moved);
            eta = left.Plus(where(length > Kept(radius), moved * (Kept(radius) / length.Plus(1e-7)), moved));
            eta = centre.Plus((eta - Mean(eta)) / Root(eta) * size).detach().MoveToOuterDisposeScope();
        }

        return Unit(clean.Plus(eta));
    }

    // Unclipped, unlike a denoiser's results.
    private static Tensor Unit(Tensor symmetric) => symmetric.Plus(1) / Kept(2);

    private static Tensor Mean(Tensor images) => images.flatten(1).mean([1]).reshape(-1, 1, 1, 1);

    private static Tensor Root(Tensor images) => images.Squared().flatten(1).mean([1]).sqrt().reshape(-1, 1, 1, 1);

    private static Tensor Length(Tensor images) => images.flatten(1).norm(1, keepdim: true, p: 2f).reshape(-1, 1, 1, 1);

    private Tensor Denoised(Tensor images, StepRandom random)
    {
        using IDisposable noGrad = no_grad();
        Tensor noisy = Trainable.Noisy(images, Trainable.Noise(images, _sigma, Draws, random));
        return _denoiser.Denoise(noisy, random.NoiseContext(_sigma, noisy));
    }
}
