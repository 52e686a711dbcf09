namespace DenoisedSmoothing.Tool;

/// <summary>Which models to load, as typed.</summary>
internal sealed record ModelChoice
{
    /// <summary>The pair's name; null for models from only files.</summary>
    public string? Pair { get; init; }

    public required ClassifierChoice Classifier { get; init; }

    public required DenoiserChoice Denoiser { get; init; }

    /// <summary>What is done to images around and after the denoiser.</summary>
    public PreprocessChoice Between { get; init; } = new();

    public string Device { get; init; } = "cpu";

    /// <summary>Further devices that draw votes, each with its own models; empty for one device.</summary>
    public IReadOnlyList<string> MoreDevices { get; init; } = [];

    public string Precision { get; init; } = "float32";
}
