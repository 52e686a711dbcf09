namespace DenoisedSmoothing.AspNetCore;

/// <summary>How far an answer is guaranteed: docs/serving.md has the statements and their proofs.</summary>
/// <param name="Radius">In [0,1] pixel space and <paramref name="Norm"/>, rounded down.</param>
/// <param name="Norm">The norm.</param>
/// <param name="Alpha">The allowed probability that it is wrong.</param>
internal sealed record GuaranteeDocument(double Radius, Norm Norm, double Alpha);
