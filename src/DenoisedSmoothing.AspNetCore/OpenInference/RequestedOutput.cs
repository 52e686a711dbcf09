using System.Text.Json;

namespace DenoisedSmoothing.AspNetCore;

/// <summary>An output that an inference request wants.</summary>
internal sealed record RequestedOutput
{
    public string? Name { get; init; }

    public Dictionary<string, JsonElement>? Parameters { get; init; }
}
