namespace DenoisedSmoothing.AspNetCore;

/// <summary>The JSON of an error.</summary>
internal sealed record InferenceError(string Error);
