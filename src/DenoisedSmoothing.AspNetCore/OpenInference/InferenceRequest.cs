using System.Text.Json;

namespace DenoisedSmoothing.AspNetCore;

/// <summary>The JSON of an inference request (Open Inference Protocol V2, REST).</summary>
internal sealed record InferenceRequest
{
    public string? Id { get; init; }

    public Dictionary<string, JsonElement>? Parameters { get; init; }

    public IReadOnlyList<InputTensor>? Inputs { get; init; }

    public IReadOnlyList<RequestedOutput>? Outputs { get; init; }
}
