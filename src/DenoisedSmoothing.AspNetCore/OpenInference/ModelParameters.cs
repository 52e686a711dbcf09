namespace DenoisedSmoothing.AspNetCore;

/// <summary>What the protocol has no place for: what the model serves.</summary>
internal sealed record ModelParameters(
    double[] Sigmas, string Method, long MostVotes, double MostSeconds, string Noise, string Fingerprint,
    IReadOnlyList<string>? ClassNames);
