using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Classification;

namespace DenoisedSmoothing.Presets;

/// <summary>How <see cref="PretrainedModel.Open(string, PretrainedModelOptions)"/> opens a model.</summary>
public sealed record PretrainedModelOptions
{
    /// <summary>Where it computes, such as <c>cpu</c> or <c>cuda</c>.</summary>
    /// <value>cpu.</value>
    public string Device { get; init; } = "cpu";

    /// <summary>How the file of weights is read.</summary>
    /// <value>The usual way; <c>1.</c> and <c>module.</c> are taken off too, which Cohen et al. and Salman et al. have before all
    /// names.</value>
    public CheckpointOptions Checkpoint { get; init; } = new();

    /// <summary>What the network was trained with, in place of what the files or its family say.</summary>
    /// <value>Null: the files'; for weights alone the family's, where all of its published models agree.</value>
    public Normalization? Normalization { get; init; }
}
