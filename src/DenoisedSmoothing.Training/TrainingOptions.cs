using DenoisedSmoothing.Sampling;

namespace DenoisedSmoothing.Training;

/// <summary>How a network is trained: Adam with warm-up and cosine decay, an average of the weights, checkpoints.</summary>
public sealed record TrainingOptions
{
    /// <summary>Optimizer steps in all, above 0.</summary>
    public required int Steps { get; init; }

    /// <summary>Images a step, above 0.</summary>
    /// <value>128.</value>
    public int BatchSize { get; init; } = 128;

    /// <summary>Adam's highest learning rate, after warm-up; it falls to 0 along a cosine.</summary>
    /// <value>0.001.</value>
    public double LearningRate { get; init; } = 1e-3;

    /// <summary>Steps of linear warm-up, at least 0.</summary>
    /// <value>100.</value>
    public int WarmupSteps { get; init; } = 100;

    /// <summary>Decoupled weight decay (AdamW), at least 0.</summary>
    public double WeightDecay { get; init; }

    /// <summary>Decay of the exponential moving average of the weights, in [0,1): what the network holds after training.</summary>
    /// <value>0.999.</value>
    public double EmaDecay { get; init; } = 0.999;

    /// <summary>Gradients are scaled to at most this l2 norm; above 0.</summary>
    /// <value>1.</value>
    public double ClipGradientNorm { get; init; } = 1;

    /// <summary>Seeds initial weights, order of images, augmentation and noise. One seed, build, device and thread count give one result.</summary>
    public int Seed { get; init; }

    /// <summary>Where checkpoints are written and looked for; null for none. A run whose options fit continues from the newest one.</summary>
    public string? CheckpointFolder { get; init; }

    /// <summary>Steps between checkpoints, above 0.</summary>
    /// <value>1000.</value>
    public int CheckpointEvery { get; init; } = 1000;

    /// <summary>All that decides the result, for telling whether a checkpoint fits.</summary>
    internal string Settings => System.Text.Json.JsonSerializer.Serialize(this with { CheckpointFolder = null, CheckpointEvery = 1 });

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Steps, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(BatchSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(WarmupSteps, 0);
        ArgumentOutOfRangeException.ThrowIfLessThan(CheckpointEvery, 1);
        if (!(LearningRate > 0) || !(WeightDecay >= 0) || !(EmaDecay >= 0 && EmaDecay < 1) || !(ClipGradientNorm > 0))
            throw new ArgumentException("LearningRate and ClipGradientNorm must be above 0, WeightDecay at least 0, EmaDecay in [0,1).");
    }
}
