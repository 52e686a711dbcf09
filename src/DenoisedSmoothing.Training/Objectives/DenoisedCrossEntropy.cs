using System.Globalization;
using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Parts;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Training;

/// <summary>
/// Trains a classifier on what it will see behind a denoiser: images noised and denoised anew whenever they are seen (Carlini et al. 2022,
/// Tables 3 and 6). The denoiser is not changed.
/// </summary>
public sealed class DenoisedCrossEntropy : ITrainingObjective
{
    private readonly ModuleClassifier _classifier;
    private readonly IDenoiser _denoiser;
    private readonly double _sigma;

    /// <summary>Trains a classifier's network.</summary>
    /// <param name="classifier">Over a module of weights.</param>
    /// <param name="denoiser">Must handle this sigma; on the same device.</param>
    /// <param name="sigma">The noise per pixel, in [0,1] pixel space; finite, above 0.</param>
    /// <exception cref="ArgumentException">The classifier's network is not a module with parameters.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Sigma is not finite and positive, or beyond what the denoiser can handle.</exception>
    public DenoisedCrossEntropy(ModuleClassifier classifier, IDenoiser denoiser, double sigma)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        ArgumentNullException.ThrowIfNull(denoiser);
        (_classifier, _denoiser, _sigma) = (classifier, denoiser, Trainable.Sigma(sigma, denoiser));
        Network = Trainable.Module(classifier.Network, nameof(classifier));
    }

    /// <summary>Share of the target spread evenly over all classes, in [0,1).</summary>
    /// <value>0.</value>
    public double LabelSmoothing { get; init => field = Trainable.LabelSmoothing(value); }

    /// <inheritdoc/>
    public nn.Module Network { get; }

    /// <inheritdoc/>
    public string Settings => string.Create(CultureInfo.InvariantCulture,
        $"cross-entropy behind a denoiser; sigma={_sigma}; label smoothing={LabelSmoothing}; " +
        $"denoiser={PartInfo.Of(_denoiser).Fingerprint}; {Trainable.InputOf(_classifier)}");

    /// <inheritdoc/>
    public Tensor Loss(TrainingBatch batch, StepRandom random)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(random);
        return Trainable.CrossEntropy(_classifier.Forward(Denoised(batch.Images, random)), batch, _classifier.ClassCount, LabelSmoothing);
    }

    private Tensor Denoised(Tensor images, StepRandom random)
    {
        using IDisposable noGrad = no_grad();
        Tensor noisy = images.add(random.Normal(images), alpha: Kept(_sigma));
        return _denoiser.Denoise(noisy, random.NoiseContext(_sigma, noisy));
    }
}
