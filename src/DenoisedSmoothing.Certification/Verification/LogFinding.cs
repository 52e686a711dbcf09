namespace DenoisedSmoothing.Verification;

/// <summary>A difference in one line of a log.</summary>
/// <param name="Index">The image's index in its data set.</param>
/// <param name="Finding">What differs.</param>
public sealed record LogFinding(long Index, VerificationFinding Finding)
{
    /// <summary>Image, member and message.</summary>
    public override string ToString() => $"image {Index}: {Finding}";
}
