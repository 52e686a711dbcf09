namespace DenoisedSmoothing.AspNetCore;

/// <summary>A tensor as metadata describe it; -1 stands for any length.</summary>
internal sealed record TensorMetadata(string Name, string Datatype, long[] Shape);
