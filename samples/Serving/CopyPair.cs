namespace Serving;

/// <summary>A noisy copy and what the denoiser makes of it, as data URIs.</summary>
internal sealed record CopyPair(string Noisy, string Denoised);
