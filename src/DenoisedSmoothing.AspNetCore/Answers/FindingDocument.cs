namespace DenoisedSmoothing.AspNetCore;

/// <summary>A difference.</summary>
/// <param name="Severity"><c>unknown</c>, <c>different</c> or <c>overstated</c>.</param>
/// <param name="Member">What differs.</param>
/// <param name="Message">How.</param>
internal sealed record FindingDocument(string Severity, string Member, string Message);
