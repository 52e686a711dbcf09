using DenoisedSmoothing.Logs;

namespace DenoisedSmoothing.Audit;

/// <summary>A row that the claimed settings cannot have produced.</summary>
/// <param name="Row">The row.</param>
/// <param name="Reason">Why not, in a sentence.</param>
public sealed record LogAuditFinding(CertificationLogRow Row, string Reason);
