using System.Globalization;
using DenoisedSmoothing.Classification;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Training;

/// <summary>
/// MACER (Zhai et al. 2020): the cross-entropy of the smoothed classifier, and a hinge that widens its radius where it is correct. With P
/// the mean softmax of k noisy copies, P^b the same of beta times the logits, and xi = Phi^-1(P^b_first) - Phi^-1(P^b_second): L = (1/B)
/// (sum -log(P_y + 1e-10) + lambda sigma/2 sum over rows with P^b correct and |xi| at most gamma of (gamma - xi)).
/// </summary>
/// <remarks>Rows beyond gamma are dropped, not clipped. Quantiles are taken in double precision.</remarks>
public sealed class Macer : ITrainingObjective
{
    private readonly ModuleClassifier _classifier;
    private readonly double _sigma;

    /// <summary>Trains a classifier's network.</summary>
    /// <param name="classifier">Over a module of weights; noise is added before its normalisation.</param>
    /// <param name="sigma">The noise per pixel, in [0,1] pixel space; finite, above 0.</param>
    /// <exception cref="ArgumentException">The classifier's network is not a module with parameters.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Sigma is not finite and positive.</exception>
    public Macer(ModuleClassifier classifier, double sigma)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        (_classifier, _sigma, Network) = (classifier, Trainable.Sigma(sigma), Trainable.Module(classifier.Network, nameof(classifier)));
    }

    /// <summary>Noisy copies of each image, k; above 0.</summary>
    /// <value>16, the authors' value.</value>
    public int Draws { get; init => field = Trainable.AtLeast(1, value, nameof(Draws)); } = 16;

    /// <summary>The weight of the radius; finite, at least 0.</summary>
    /// <value>12, the authors' value for CIFAR-10 at sigma 0.25 (4 at 0.5; 12 at 1, from the first drop of the learning rate on).</value>
    public double Lambda { get; init => field = Trainable.Weight(value, nameof(Lambda)); } = 12;

    /// <summary>How sharp the copies' answers are made; finite, at least 0.</summary>
    /// <value>16, the authors' value.</value>
    public double Beta { get; init => field = Trainable.Weight(value, nameof(Beta)); } = 16;

    /// <summary>Beyond this, in units of sigma/2, a radius is wide enough; finite, at least 0.</summary>
    /// <value>8, the authors' value.</value>
    public double Gamma { get; init => field = Trainable.Weight(value, nameof(Gamma)); } = 8;

    /// <summary>The radius counts from this epoch on; at least 0.</summary>
    /// <value>0. Some defer it to the first drop of the learning rate.</value>
    public int FromEpoch { get; init => field = Trainable.AtLeast(0, value, nameof(FromEpoch)); }

    /// <inheritdoc/>
    public nn.Module Network { get; }

    /// <inheritdoc/>
    public string Settings => string.Create(CultureInfo.InvariantCulture,
        $"MACER; sigma={_sigma}; draws={Draws}; lambda={Lambda}; beta={Beta}; gamma={Gamma}; from epoch={FromEpoch}; " +
        $"{Trainable.InputOf(_classifier)}");

    /// <inheritdoc/>
    public Tensor Loss(TrainingBatch batch, StepRandom random)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(random);
        Trainable.RequireClasses(batch, _classifier.ClassCount);
        Tensor logits = _classifier.Forward(Trainable.Noisy(batch.Images, Trainable.Noise(batch.Images, _sigma, Draws, random)));
        logits = logits.reshape(Draws, -1, logits.shape[1]).to_type(ScalarType.Float64); // [k,B,K]
        Tensor label = nn.functional.softmax(logits, 2).mean([0]).gather(1, batch.Labels.unsqueeze(1));
        Tensor wrong = label.Plus(1e-10).log().neg().sum();
        double weight = batch.Epoch >= FromEpoch ? Lambda * _sigma / 2 : 0;
        return (weight == 0 ? wrong : wrong.Plus(Narrow(logits, batch.Labels) * Kept(weight))) / Kept(batch.Labels.shape[0]);
    }

    // Rows are chosen before the quantile: a row masked afterwards would give 0 times infinity and NaN gradients.
    private Tensor Narrow(Tensor logits, Tensor labels)
    {
        (Tensor top, Tensor index) = nn.functional.softmax(Kept(Beta) * logits, 2).mean([0]).topk(2, dim: 1);
        Tensor xi = special.ndtri(top.detach());
        Tensor width = xi.select(1, 0) - xi.select(1, 1);
        Tensor kept = index.select(1, 0).eq(labels).logical_and(width.isfinite())
            .logical_and(width.abs() <= Kept(Gamma)).nonzero().flatten();
        Tensor quantiles = special.ndtri(top.index_select(0, kept));
        return (quantiles.select(1, 0) - quantiles.select(1, 1)).SubtractedFrom(Gamma).sum();
    }
}
