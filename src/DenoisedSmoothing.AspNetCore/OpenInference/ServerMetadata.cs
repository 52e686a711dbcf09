namespace DenoisedSmoothing.AspNetCore;

/// <summary>The JSON of the server's metadata.</summary>
internal sealed record ServerMetadata(string Name, string Version, string[] Extensions);
