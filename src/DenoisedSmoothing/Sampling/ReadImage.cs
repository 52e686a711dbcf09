namespace DenoisedSmoothing.Sampling;

/// <summary>An image that was read and found in order.</summary>
/// <param name="Values">[C,H,W], flattened.</param>
/// <param name="Shape">[C,H,W].</param>
/// <param name="Hash">SHA-256 of the values.</param>
/// <param name="Index">Part of the noise counter.</param>
/// <param name="Seed">The noise key.</param>
internal sealed record ReadImage(float[] Values, long[] Shape, byte[] Hash, long Index, ulong Seed);
