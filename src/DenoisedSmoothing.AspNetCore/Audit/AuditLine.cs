namespace DenoisedSmoothing.AspNetCore;

/// <summary>A line of the audit log.</summary>
internal sealed record AuditLine(DateTimeOffset Time, string Model, Certificate Certificate);
