namespace DenoisedSmoothing.AspNetCore;

/// <summary>The JSON of a verification.</summary>
/// <param name="Verified">Whether the certificate follows from its votes. Whether the votes are true only a redraw can tell.</param>
/// <param name="Findings">Every difference.</param>
internal sealed record VerificationDocument(bool Verified, IReadOnlyList<FindingDocument> Findings);
