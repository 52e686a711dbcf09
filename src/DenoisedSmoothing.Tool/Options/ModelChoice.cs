using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Denoising;

namespace DenoisedSmoothing.Tool;

/// <summary>Which models to load, as typed.</summary>
internal sealed record ModelChoice
{
    /// <summary>The pair's name; null for models from files alone.</summary>
    public string? Pair { get; init; }

    public string? DenoiserFile { get; init; }

    public string? DenoiserNetwork { get; init; }

    public string? ClassifierFile { get; init; }

    public string? ClassifierNetwork { get; init; }

    public int? Classes { get; init; }

    public string? Normalization { get; init; }

    public int? Resize { get; init; }

    public string? Schedule { get; init; }

    public int? ScheduleTimesteps { get; init; }

    public Parametrization? Predicts { get; init; }

    public double? TimestepScale { get; init; }

    public string Device { get; init; } = "cpu";

    public string Precision { get; init; } = "float32";
}
