using System.Diagnostics;
using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Data;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Training;

/// <summary>
/// The loop of every training: order of the images, steps, averaged weights, progress, checkpoints, resumption, cancellation.
/// </summary>
/// <remarks>
/// A step is a function of the settings, the data and its number, so training that was stopped and resumed ends with the weights of an
/// uninterrupted run, to the last bit for one build, device and number of threads.
/// </remarks>
public sealed partial class Trainer
{
    private const int ReportEvery = 20;

    private readonly ITrainingObjective _objective;
    private readonly OptimizerRecipe _recipe;
    private readonly TrainingOptions _options;
    private readonly ILogger _logger;

    /// <summary>Prepares a run.</summary>
    /// <param name="objective">What is minimised; its network is trained in place, on the device where it is.</param>
    /// <param name="recipe">How gradients change the network.</param>
    /// <param name="options">How long to train, and on what.</param>
    /// <param name="logger">Receives a message on resumption.</param>
    /// <exception cref="ArgumentException">A setting is out of range.</exception>
    public Trainer(ITrainingObjective objective, OptimizerRecipe recipe, TrainingOptions options, ILogger<Trainer>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(objective);
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(options);
        recipe.Validate();
        options.Validate();
        (_objective, _recipe, _options, _logger) = (objective, recipe, options, logger ?? NullLogger<Trainer>.Instance);
    }

    /// <summary>
    /// Trains to the end, from the newest checkpoint where there is one; the network then holds the averaged weights, in evaluation mode.
    /// </summary>
    /// <remarks>
    /// If the checkpoint's run was planned with another number of steps, training continues from its last step, and from there on the
    /// learning rate is that of a run planned with the new number from the start: along a cosine, it rises again to the value of the longer
    /// cosine at that step. The checkpoint records both plans.
    /// </remarks>
    /// <param name="images">The training images.</param>
    /// <param name="progress">Receives reports every 20 steps, and at the end.</param>
    /// <param name="cancellationToken">Stops between steps, after a checkpoint.</param>
    /// <exception cref="InvalidOperationException">
    /// The loss diverged, or the checkpoint folder holds a run under other settings, on other data, from other weights, or with more steps.
    /// </exception>
    /// <exception cref="InvalidDataException">The checkpoint is damaged.</exception>
    public void Train(LabeledImages images, IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        nn.Module network = _objective.Network;
        using DisposeScope run = NewDisposeScope();
        EpochOrder order = new(images.Count, _options.Seed);
        TrainingCheckpoint? checkpoint = _options.CheckpointFolder is { } folder ? new TrainingCheckpoint(folder, Settings(images)) : null;
        TrainingState? found = checkpoint?.Find();
        List<TrainingPlan> plans = PlansAfter(found);

        _options.Initialization?.Apply(network, _options.Seed);
        network.train();
        using Optimizer optimizer = new(network, _recipe);
        WeightAverage average = new(network, _recipe.EmaDecay);
        if (found is not null)
            checkpoint!.Restore(network, average, optimizer);

        Stopwatch clock = Stopwatch.StartNew();
        double sum = 0;
        int counted = 0;
        for (int step = found?.Step ?? 0; step < _options.Steps; step++)
        {
            if (cancellationToken.IsCancellationRequested)
            {
                checkpoint?.Save(step, plans, network, average, optimizer);
                cancellationToken.ThrowIfCancellationRequested();
            }

            sum += Step(step, images, order, optimizer);
            average.Update(step);
            counted++;
            if (!double.IsFinite(sum))
                throw new InvalidOperationException(
                    $"The loss is {sum} at step {step}: training diverged. Lower the learning rate, or check the images.");
            bool last = step + 1 == _options.Steps;
            if ((step + 1) % ReportEvery == 0 || last)
            {
                progress?.Report(new TrainingProgress(step + 1, _options.Steps, sum / counted, clock.Elapsed));
                (sum, counted) = (0, 0);
            }

            if ((step + 1) % _options.CheckpointEvery == 0 || last)
                checkpoint?.Save(step + 1, plans, network, average, optimizer);
        }

        average.MoveIntoNetwork();
        network.eval();
    }

    private double Step(int step, LabeledImages images, EpochOrder order, Optimizer optimizer)
    {
        using DisposeScope scope = NewDisposeScope();
        using StepRandom random = new(_options.Seed, step);
        TrainingBatch batch = Batch(step, images, order);
        optimizer.ClearGradients();
        Tensor loss = _objective.Loss(batch, random);
        if (loss.numel() != 1)
            throw new InvalidOperationException(
                $"An objective's loss is one number; {_objective.GetType().Name} returned a tensor [{string.Join(',', loss.shape)}].");
        loss.backward();
        optimizer.Step(_recipe.LearningRateAt(step, _options.Steps, batch.Epoch), _recipe.WeightDecayAt(step, _options.Steps));
        return loss.to_type(ScalarType.Float64).item<double>();
    }

    private TrainingBatch Batch(int step, LabeledImages images, EpochOrder order)
    {
        Device device = _objective.Network.parameters().First().device;
        int[] indices = order.Indices(step, _options.BatchSize);
        return new TrainingBatch
        {
            Images = _options.Augmentation.Apply(images, indices, new Random(StepSeed.Of(_options.Seed, step, stream: 4))).to(device),
            Labels = images.Labels(indices).to(device),
            ClassCount = images.ClassCount,
            Indices = indices,
            Step = step,
            Steps = _options.Steps,
            Epoch = (int)((long)step * _options.BatchSize / images.Count),
        };
    }

    private Dictionary<string, string> Settings(LabeledImages images)
    {
        string start = _options.Initialization is { } initialization
            ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"random with gain {initialization.Gain}")
            : $"the network's own weights {StateDict.Fingerprint(_objective.Network)[..16]}";
        return RunSettings.Of([.. RunSettings.OfObjective(_objective.Settings), .. _recipe.Settings, .. _options.Settings,
            new("start", start), new("data", images.Fingerprint)]);
    }

    private List<TrainingPlan> PlansAfter(TrainingState? found)
    {
        if (found is null)
            return [new TrainingPlan(0, _options.Steps)];
        if (found.Step > _options.Steps)
        {
            throw new InvalidOperationException(
                $"'{_options.CheckpointFolder}' holds a run of {found.Step} finished steps, more than the {_options.Steps} asked for: " +
                "ask for at least as many, or name another checkpoint folder.");
        }

        LogContinuing(found.Step, _options.Steps);
        if (found.Plans[^1].Steps == _options.Steps)
            return [.. found.Plans];
        LogNewPlan(found.Plans[^1].Steps, _options.Steps, found.Step);
        return [.. found.Plans.Where(plan => plan.From < found.Step), new TrainingPlan(found.Step, _options.Steps)];
    }

    [LoggerMessage(EventId = 301, Level = LogLevel.Information, Message = "Continuing from step {Step} of {Steps}")]
    private partial void LogContinuing(int step, int steps);

    [LoggerMessage(EventId = 302, Level = LogLevel.Information,
        Message = "The run was planned with {Planned} steps and now has {Steps}: " +
            "the learning rate follows the new number from step {Step} on")]
    private partial void LogNewPlan(int planned, int steps, int step);
}
