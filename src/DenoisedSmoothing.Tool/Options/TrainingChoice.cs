namespace DenoisedSmoothing.Tool;

/// <summary>How long and how fast to train, as typed.</summary>
/// <param name="Steps">Optimizer steps; null where epochs, or the default, decide.</param>
/// <param name="Epochs">Passes through the images; null where steps decide.</param>
/// <param name="Batch">Images per step.</param>
/// <param name="LearningRate">The highest learning rate.</param>
/// <param name="Seed">The training seed.</param>
/// <param name="CheckpointEvery">Steps between checkpoints.</param>
/// <param name="Out">The weights to write.</param>
internal sealed record TrainingChoice(int? Steps, double? Epochs, int Batch, double LearningRate, int Seed, int CheckpointEvery, string Out)
{
    /// <summary>Where the run's checkpoints are.</summary>
    public string Checkpoints => Out + ".checkpoints";

    /// <summary>The number of steps for a number of images.</summary>
    /// <param name="images">How many images there are.</param>
    /// <param name="fallback">Steps where nothing is given.</param>
    public int StepsFor(int images, int fallback) =>
        Steps ?? (Epochs is { } epochs ? (int)Math.Clamp(Math.Ceiling(epochs * images / Batch), 1, int.MaxValue) : fallback);
}
