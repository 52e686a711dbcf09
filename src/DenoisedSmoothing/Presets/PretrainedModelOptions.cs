using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Classification;

namespace DenoisedSmoothing.Presets;

/// <summary>How <see cref="PretrainedModel.Open(string, PretrainedModelOptions)"/> opens a model.</summary>
public sealed record PretrainedModelOptions
{
    /// <summary>Where to compute, such as <c>cpu</c> or <c>cuda</c>.</summary>
    /// <value>cpu.</value>
    public string Device { get; init; } = "cpu";

    /// <summary>How the weight file is read.</summary>
    /// <value>
    /// The usual way; <c>1.</c> and <c>module.</c>, which Cohen et al. and Salman et al. have before all names, are stripped too.
    /// </value>
    public CheckpointOptions Checkpoint { get; init; } = new();

    /// <summary>What the network was trained with, instead of what the files or its family say.</summary>
    /// <value>Null: that of the files; for bare weights that of the family, where all its published models agree.</value>
    public Normalization? Normalization { get; init; }
}
