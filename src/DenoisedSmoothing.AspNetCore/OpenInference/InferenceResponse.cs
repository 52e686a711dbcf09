using System.Text.Json.Serialization;

namespace DenoisedSmoothing.AspNetCore;

/// <summary>The JSON of an inference response.</summary>
internal sealed record InferenceResponse
{
    [JsonPropertyName("model_name")]
    public required string ModelName { get; init; }

    [JsonPropertyName("model_version")]
    public required string ModelVersion { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Id { get; init; }

    public required IReadOnlyList<OutputTensor> Outputs { get; init; }
}
