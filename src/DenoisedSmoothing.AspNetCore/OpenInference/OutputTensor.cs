using System.Text.Json.Serialization;

namespace DenoisedSmoothing.AspNetCore;

/// <summary>An output tensor of an inference response.</summary>
internal sealed record OutputTensor
{
    public required string Name { get; init; }

    public required string Datatype { get; init; }

    public required long[] Shape { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Dictionary<string, int>? Parameters { get; init; }

    /// <summary>The values; null where they follow the JSON as bytes.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public object? Data { get; init; }
}
