using System.Text.Json;

namespace DenoisedSmoothing.AspNetCore;

/// <summary>An input tensor of an inference request.</summary>
internal sealed record InputTensor
{
    public string? Name { get; init; }

    public string? Datatype { get; init; }

    public long[]? Shape { get; init; }

    public Dictionary<string, JsonElement>? Parameters { get; init; }

    /// <summary>The values, flat or nested; null where they follow the JSON as bytes.</summary>
    public JsonElement? Data { get; init; }
}
