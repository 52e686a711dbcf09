using System.Globalization;
using System.Text.Json;
using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Data;
using DenoisedSmoothing.Denoising;
using DenoisedSmoothing.Parts;
using DenoisedSmoothing.Sampling;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Training;

/// <summary>
/// Trains a classifier on what it will meet behind a denoiser: images noised and denoised afresh whenever they are seen (Carlini et al. 2022,
/// Tables 3 and 6). With <see cref="IdentityDenoiser"/> it is Gaussian augmentation, the baseline of Cohen et al. 2019.
/// </summary>
/// <remarks>The denoiser stays as it is. Training's noise comes from the training seed and has nothing to do with the noise of certificates.</remarks>
public sealed class FinetuneTrainer
{
    private readonly ModuleClassifier _classifier;
    private readonly nn.Module _network;
    private readonly IDenoiser _denoiser;
    private readonly double _sigma;
    private readonly TrainingOptions _options;
    private readonly ILogger _logger;

    /// <summary>Prepares a run.</summary>
    /// <param name="classifier">Over a module of float32 weights, which is trained in place on the device where it is.</param>
    /// <param name="denoiser">Takes noise of this sigma; on the same device.</param>
    /// <param name="sigma">The noise a pixel, in [0,1] pixel space; finite, above 0.</param>
    /// <param name="options">How to train.</param>
    /// <param name="logger">Told of resumption.</param>
    /// <exception cref="ArgumentException">The classifier's network is no module with parameters, so that it cannot be trained.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Sigma is not finite and positive, or beyond what the denoiser reaches.</exception>
    public FinetuneTrainer(ModuleClassifier classifier, IDenoiser denoiser, double sigma, TrainingOptions options, ILogger<FinetuneTrainer>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        ArgumentNullException.ThrowIfNull(denoiser);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        if (!(sigma > 0) || double.IsInfinity(sigma))
            throw new ArgumentOutOfRangeException(nameof(sigma), sigma, "Sigma must be finite and above 0: the noise a pixel, for pixels in [0,1].");
        if (denoiser is ISigmaLimited { LargestSigma: var largest } && sigma > largest)
            throw new ArgumentOutOfRangeException(nameof(sigma), sigma, string.Create(CultureInfo.InvariantCulture, $"Sigma is beyond the denoiser's noisiest timestep, which is sigma {largest:G6}."));
        _network = classifier.Network is nn.Module module && module.parameters().Any()
            ? module
            : throw new ArgumentException("Only a module with parameters can be trained: load the classifier from weights.", nameof(classifier));
        (_classifier, _denoiser, _sigma, _options, _logger) = (classifier, denoiser, sigma, options, logger ?? NullLogger<FinetuneTrainer>.Instance);
    }

    /// <summary>How training images are varied before the noise.</summary>
    public Augmentation Augmentation { get; init; } = new();

    /// <summary>Share of the target spread evenly over all classes, in [0,1).</summary>
    public double LabelSmoothing { get; init; }

    /// <summary>Whether to start from random weights rather than from the ones that the network has.</summary>
    public bool FromScratch { get; init; }

    /// <summary>Trains to the end, from the newest checkpoint where there is one; the network then holds the averaged weights.</summary>
    /// <param name="images">The training images.</param>
    /// <param name="progress">Told every 20 steps.</param>
    /// <param name="cancellationToken">Stops between steps, after a checkpoint.</param>
    /// <exception cref="InvalidOperationException">The loss diverged, or the checkpoint folder holds a run under other settings or from other weights.</exception>
    public void Train(LabeledImages images, IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        Augmentation.Validate();
        if (!(LabelSmoothing is >= 0 and < 1))
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"LabelSmoothing must be in [0,1); it is {LabelSmoothing}."));
        if (images.ClassCount > _classifier.ClassCount)
            throw new ArgumentException($"The images have {images.ClassCount} classes, the classifier {_classifier.ClassCount}.", nameof(images));
        Device device = _network.parameters().First().device;
        EpochOrder order = new(images.Count, _options.Seed);
        if (FromScratch)
            WeightInitialization.Initialize(_network, _options.Seed, gain: Math.Sqrt(2)); // for ReLU, as ClassifierTrainer
        // The classifier's fingerprint is that of the weights it starts from.
        string settings = string.Create(CultureInfo.InvariantCulture,
            $"finetune sigma={_sigma} smoothing={LabelSmoothing} {JsonSerializer.Serialize(Augmentation)} {images.Fingerprint} from {_classifier.Fingerprint} behind {ModuleFingerprint.Of(_denoiser)} {_options.Settings}");
        new TrainingRun(_network, _options, settings, _logger).Run(Loss, progress, cancellationToken);

        Tensor Loss(int step, Generator generator)
        {
            int[] indices = order.Indices(step, _options.BatchSize);
            Tensor clean = Augmentation.Apply(images, indices, new Random(StepSeed.Of(_options.Seed, step, stream: 4)));
            Tensor logits = _classifier.Forward(Denoised(clean, step, generator, device));
            return nn.functional.cross_entropy(logits, images.Labels(indices).to(device), label_smoothing: LabelSmoothing);
        }
    }

    private Tensor Denoised(Tensor clean, int step, Generator generator, Device device)
    {
        using IDisposable noGrad = no_grad();
        Tensor noisy = clean.add(randn(clean.shape, generator: generator), alpha: _sigma).to(device);
        NoiseContext noise = new(_sigma, stream =>
        {
            // A stochastic denoiser's draws: one generator a step and stream, apart from the noise's own.
            using Generator inner = new((ulong)StepSeed.Of(_options.Seed, step, stream: 1000 + stream));
            return randn(noisy.shape, generator: inner).to(device);
        });
        return _denoiser.Denoise(noisy, noise);
    }
}
