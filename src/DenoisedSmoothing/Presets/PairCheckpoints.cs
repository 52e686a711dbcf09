using DenoisedSmoothing.Checkpoints;

namespace DenoisedSmoothing.Presets;

/// <summary>How the files of a pair are read, where they differ from the published ones.</summary>
public sealed record PairCheckpoints
{
    /// <summary>The denoiser's file.</summary>
    /// <value>The usual way. <see cref="CheckpointOptions.StripPrefixes"/> null: the prefixes of the published file.</value>
    public CheckpointOptions Denoiser { get; init; } = new();

    /// <summary>The classifier's file.</summary>
    /// <value>The usual way. <see cref="CheckpointOptions.StripPrefixes"/> null: the prefixes of the published file.</value>
    public CheckpointOptions Classifier { get; init; } = new();
}
