namespace DenoisedSmoothing.AspNetCore;

/// <summary>The JSON of a health answer; the status says the same.</summary>
internal sealed record ServerState(bool Live, bool Ready);
