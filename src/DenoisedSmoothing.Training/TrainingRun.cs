using System.Diagnostics;
using Microsoft.Extensions.Logging;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Training;

/// <summary>The loop that every trainer shares: Adam with warm-up and cosine decay, clipping, averaged weights, checkpoints, cancellation.</summary>
internal sealed class TrainingRun(nn.Module network, TrainingOptions options, string settings, ILogger logger)
{
    private const int ReportEvery = 20;

    /// <summary>Trains, then leaves the averaged weights in the network and puts it in evaluation mode.</summary>
    /// <param name="loss">The mean loss of a step's batch, given the step's number and a generator of its own.</param>
    /// <param name="progress">Told every 20 steps.</param>
    /// <param name="cancellationToken">Stops between steps; a checkpoint is written first.</param>
    public void Run(Func<int, Generator, Tensor> loss, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        network.train();
        using DisposeScope run = NewDisposeScope();
        using AdamW optimizer = optim.AdamW(network.parameters(), options.LearningRate, weight_decay: options.WeightDecay);
        Dictionary<string, Tensor> average = AverageOf(network);
        TrainingCheckpoint? checkpoint = options.CheckpointFolder is { } folder ? new TrainingCheckpoint(folder, settings) : null;
        int start = checkpoint?.Restore(network, average, optimizer) ?? 0;
        if (start > 0)
            logger.LogInformation("Continuing from step {Step} of {Steps}", start, options.Steps);

        Stopwatch clock = Stopwatch.StartNew();
        double sum = 0;
        int counted = 0;
        for (int step = start; step < options.Steps; step++)
        {
            if (cancellationToken.IsCancellationRequested)
            {
                checkpoint?.Save(step, network, average, optimizer);
                cancellationToken.ThrowIfCancellationRequested();
            }

            sum += Step(step, loss, optimizer, average);
            counted++;
            if (!double.IsFinite(sum))
                throw new InvalidOperationException($"The loss is {sum} at step {step}: training diverged. Lower the learning rate, or check the images.");
            if ((step + 1) % ReportEvery == 0 || step + 1 == options.Steps)
            {
                progress?.Report(new TrainingProgress(step + 1, options.Steps, sum / counted, clock.Elapsed));
                (sum, counted) = (0, 0);
            }

            if ((step + 1) % options.CheckpointEvery == 0 || step + 1 == options.Steps)
                checkpoint?.Save(step + 1, network, average, optimizer);
        }

        using var noGrad = no_grad();
        foreach ((string name, Tensor value) in network.state_dict())
        {
            if (average.TryGetValue(name, out Tensor? mean))
                value.copy_(mean);
        }

        network.eval();
    }

    private double Step(int step, Func<int, Generator, Tensor> loss, OptimizerHelper optimizer, Dictionary<string, Tensor> average)
    {
        using DisposeScope scope = NewDisposeScope();
        using var generator = new Generator((ulong)StepSeed.Of(options.Seed, step, stream: 3));
        foreach (var group in optimizer.ParamGroups)
            group.LearningRate = LearningRate(step);
        optimizer.zero_grad();
        Tensor value = loss(step, generator);
        value.backward();
        nn.utils.clip_grad_norm_(network.parameters(), options.ClipGradientNorm);
        optimizer.step();
        using var noGrad = no_grad();
        // Early on the average must not remember the random start.
        double decay = Math.Min(options.EmaDecay, (1.0 + step) / (10.0 + step));
        foreach ((string name, Tensor current) in network.state_dict())
        {
            if (average.TryGetValue(name, out Tensor? mean))
                mean.lerp_(current, 1 - decay);
        }

        return value.item<float>();
    }

    private double LearningRate(int step)
    {
        double warm = options.WarmupSteps == 0 ? 1 : Math.Min(1, (step + 1.0) / options.WarmupSteps);
        return options.LearningRate * warm * 0.5 * (1 + Math.Cos(Math.PI * step / options.Steps));
    }

    private static Dictionary<string, Tensor> AverageOf(nn.Module network)
    {
        Dictionary<string, Tensor> average = [];
        foreach ((string name, Tensor value) in network.state_dict())
        {
            if (value.is_floating_point())
                average[name] = value.detach().clone();
        }

        return average;
    }
}
