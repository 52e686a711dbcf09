namespace DenoisedSmoothing.Audit;

/// <summary>Other settings, and how well they explain a log.</summary>
/// <param name="Settings">The settings.</param>
/// <param name="DigitsCut">Whether they explain it only if the printed digits were cut instead of rounded to nearest.</param>
/// <param name="Impossible">How many rows would be impossible under them.</param>
/// <param name="CouldContradict">How many rows could have contradicted them; where that is 0, they explain everything and mean
/// nothing.</param>
public sealed record LogAuditExplanation(LogAuditSettings Settings, bool DigitsCut, int Impossible, int CouldContradict);
