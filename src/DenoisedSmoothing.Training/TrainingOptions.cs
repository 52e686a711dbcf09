using System.Globalization;

namespace DenoisedSmoothing.Training;

/// <summary>How long to train, on which variations of the images, from which weights, and where to put checkpoints.</summary>
public sealed record TrainingOptions
{
    /// <summary>
    /// Optimizer steps in all, above 0. A run with checkpoints may be continued with more: finished steps are kept, and from there on the
    /// learning rate is that of a run planned with the new number from the start.
    /// </summary>
    public required int Steps { get; init; }

    /// <summary>Images per step, above 0.</summary>
    /// <value>128.</value>
    public int BatchSize { get; init; } = 128;

    /// <summary>How images are varied whenever they are seen.</summary>
    /// <value>Not at all.</value>
    public Augmentation Augmentation { get; init; } = new();

    /// <summary>Which random weights to start from.</summary>
    /// <value>Null: the weights that the network has.</value>
    public WeightInitialization? Initialization { get; init; }

    /// <summary>
    /// Seeds initial weights, order of images, augmentation and noise. One seed, build, device and thread count give one result.
    /// </summary>
    /// <value>0.</value>
    public int Seed { get; init; }

    /// <summary>
    /// Where checkpoints are written and looked for; null for none. A run under the same settings continues from the newest one.
    /// </summary>
    public string? CheckpointFolder { get; init; }

    /// <summary>Steps between checkpoints, above 0.</summary>
    /// <value>1000.</value>
    public int CheckpointEvery { get; init; } = 1000;

    internal IEnumerable<KeyValuePair<string, string>> Settings =>
    [
        new("batch", BatchSize.ToString(CultureInfo.InvariantCulture)),
        new("augmentation", Augmentation.ToText()),
        new("seed", Seed.ToString(CultureInfo.InvariantCulture)),
    ];

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Steps, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(BatchSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(CheckpointEvery, 1);
        ArgumentNullException.ThrowIfNull(Augmentation);
        Augmentation.Validate();
    }
}
