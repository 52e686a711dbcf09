namespace DenoisedSmoothing.Data;

/// <summary>A numpy.dtype of a pickle.</summary>
/// <param name="Name">Such as u1.</param>
internal sealed record NumpyElementType(string Name);
