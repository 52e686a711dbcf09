namespace Serving;

/// <param name="Seconds">How long each number of clients asks.</param>
/// <param name="Requests">How many requests to send for the figures of memory.</param>
/// <param name="Tiny">Whether the model costs nothing.</param>
/// <param name="PassMilliseconds">What a pass of that model takes, elsewhere.</param>
/// <param name="Radius">The guard of the requests.</param>
/// <param name="Clients">How many clients ask at once, one number after another.</param>
internal sealed record LoadOptions(
    double Seconds, int Requests, bool Tiny, int PassMilliseconds, double Radius, IReadOnlyList<int> Clients);
