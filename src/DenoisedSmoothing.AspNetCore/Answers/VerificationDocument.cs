namespace DenoisedSmoothing.AspNetCore;

/// <summary>The JSON of a verification.</summary>
/// <param name="Verified">Whether the certificate is what its votes give. Whether the votes are true is for a redraw to say.</param>
/// <param name="Findings">Every difference.</param>
internal sealed record VerificationDocument(bool Verified, IReadOnlyList<FindingDocument> Findings);
