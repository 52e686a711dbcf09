namespace Serving;

/// <param name="Seconds">How long each number of clients asks.</param>
/// <param name="Requests">How many requests to send for the figures of memory.</param>
/// <param name="Tiny">Whether the model costs nothing.</param>
/// <param name="Radius">The guard of the requests.</param>
/// <param name="Clients">How many clients ask at once, one number after another.</param>
internal sealed record LoadOptions(double Seconds, int Requests, bool Tiny, double Radius, IReadOnlyList<int> Clients);
