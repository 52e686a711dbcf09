using DenoisedSmoothing.Classification;

namespace DenoisedSmoothing.Tool;

/// <summary>Which classifier to load, as typed.</summary>
internal sealed record ClassifierChoice
{
    public string? File { get; init; }

    /// <summary>The files of an ensemble, of which <see cref="File"/> is the first; empty for one classifier.</summary>
    public IReadOnlyList<string> Ensemble { get; init; } = [];

    /// <summary>How the ensemble answers.</summary>
    public string Aggregate { get; init; } = Ensembles.Forms[0];

    public string? Network { get; init; }

    public int? Classes { get; init; }

    /// <summary>What it was trained with; null for none, or where nothing was typed.</summary>
    public Normalization? Normalization { get; init; }

    /// <summary>Whether a normalisation was typed: none counts too.</summary>
    public bool HasNormalization { get; init; }

    public int? Resize { get; init; }

    public required CheckpointChoice Weights { get; init; }

    /// <summary>An option that only a file without its own network can use; null where none was typed.</summary>
    public string? SettingsOfOwn => Network is not null ? "--classifier-network"
        : Classes is not null ? "--classes"
        : Weights.TensorOption;

    /// <summary>An option that is about the file; null where none was typed.</summary>
    public string? Settings => SettingsOfOwn
        ?? (HasNormalization ? "a normalization" : Resize is not null ? "--resize" : Weights.WeightsOption);
}
