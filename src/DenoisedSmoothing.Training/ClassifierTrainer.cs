using System.Globalization;
using DenoisedSmoothing.Data;
using DenoisedSmoothing.Sampling;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Training;

/// <summary>Trains a classifier on clean images by cross-entropy, with random shifts and mirroring.</summary>
public sealed class ClassifierTrainer
{
    private readonly nn.Module<Tensor, Tensor> _network;
    private readonly TrainingOptions _options;
    private readonly ILogger _logger;

    /// <summary>Prepares a run.</summary>
    /// <param name="network">Takes images [N,C,H,W] in [0,1], returns logits [N,K]; trained in place, on the device where it is.</param>
    /// <param name="options">How to train.</param>
    /// <param name="logger">Told of resumption.</param>
    public ClassifierTrainer(nn.Module<Tensor, Tensor> network, TrainingOptions options, ILogger<ClassifierTrainer>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        (_network, _options, _logger) = (network, options, logger ?? NullLogger<ClassifierTrainer>.Instance);
    }

    /// <summary>How training images are varied.</summary>
    public Augmentation Augmentation { get; init; } = new();

    /// <summary>Share of the target spread evenly over all classes, in [0,1).</summary>
    public double LabelSmoothing { get; init; }

    /// <summary>Trains to the end, from the newest checkpoint where there is one; the network then holds the averaged weights.</summary>
    /// <param name="images">The training images.</param>
    /// <param name="progress">Told every 20 steps.</param>
    /// <param name="cancellationToken">Stops between steps, after a checkpoint.</param>
    /// <exception cref="InvalidOperationException">The loss diverged, or the checkpoint folder holds a run under other settings.</exception>
    public void Train(LabeledImages images, IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        Augmentation.Validate();
        if (!(LabelSmoothing is >= 0 and < 1))
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"LabelSmoothing must be in [0,1); it is {LabelSmoothing}."));
        Device device = _network.parameters().First().device;
        EpochOrder order = new(images.Count, _options.Seed);
        string settings = string.Create(CultureInfo.InvariantCulture,
            $"classifier smoothing={LabelSmoothing} {System.Text.Json.JsonSerializer.Serialize(Augmentation)} images={images.Count} {_options.Settings}");
        // ReLU halves the variance: gain sqrt(2) keeps it (He et al. 2015).
        WeightInitialization.Initialize(_network, _options.Seed, gain: Math.Sqrt(2));
        new TrainingRun(_network, _options, settings, _logger).Run(Loss, progress, cancellationToken);

        Tensor Loss(int step, Generator generator)
        {
            int[] indices = order.Indices(step, _options.BatchSize);
            Tensor batch = Augmentation.Apply(images, indices, new Random(StepSeed.Of(_options.Seed, step, stream: 4)));
            Tensor logits = _network.call(batch.to(device));
            return nn.functional.cross_entropy(logits, images.Labels(indices).to(device), label_smoothing: LabelSmoothing);
        }
    }
}
