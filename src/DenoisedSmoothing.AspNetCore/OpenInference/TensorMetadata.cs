namespace DenoisedSmoothing.AspNetCore;

/// <summary>A tensor as described in metadata; -1 means any length.</summary>
internal sealed record TensorMetadata(string Name, string Datatype, long[] Shape);
