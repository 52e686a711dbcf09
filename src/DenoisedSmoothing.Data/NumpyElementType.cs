namespace DenoisedSmoothing.Data;

/// <summary>A numpy.dtype in a pickle.</summary>
/// <param name="Name">For instance u1.</param>
internal sealed record NumpyElementType(string Name);
