using DenoisedSmoothing.Verification;

namespace DenoisedSmoothing.Experiments;

/// <summary>A certificate whose votes were drawn again, or a row of a model with a core, which rests on two.</summary>
/// <param name="Index">The image's index in its data set.</param>
/// <param name="Votes">How many votes were drawn.</param>
/// <param name="Findings">Every difference; empty when the votes are those of the certificate or row.</param>
public sealed record RedrawnCertificate(long Index, long Votes, IReadOnlyList<VerificationFinding> Findings);
