namespace DenoisedSmoothing;

/// <summary>How a <see cref="SmoothedClassifier"/> samples.</summary>
public sealed record SmoothingOptions
{
    private const int ShortestSecret = 16;

    /// <summary>
    /// Rows of every forward pass, in [1, 65536]; the last pass is padded. Floating-point rows change with the batch size, so it belongs to
    /// the certified classifier and is recorded in each certificate: give that number to draw a certificate's votes again on another
    /// machine.
    /// When memory runs out it is halved, a warning is logged, and images in progress start again; all votes of a certificate come from one
    /// size.
    /// </summary>
    /// <value>Null: chosen at the first image of a shape from its size and the device's memory, the same for the same machine (at most 256
    /// on the CPU).</value>
    public int? Batch { get; init; }

    /// <summary>
    /// The noise key for Certify, for reproduction; recorded in each certificate. It must have been chosen after the images, or without
    /// regard to them: an attacker who knows it can look for an image with too large a certified radius, and finds one in 2 to 3% of seeds
    /// at alpha = 0.001. Trying several seeds and keeping the best certificate voids alpha. Images with the same index share their noise;
    /// their certificates, each valid, are not independent.
    /// </summary>
    /// <value>Null: each image has its own key, derived from its hash and a secret: <see cref="SeedSecret"/>, or a fresh one per
    /// call.</value>
    public ulong? Seed { get; init; }

    /// <summary>
    /// The noise key for Predict, for tests and reproduction only. An attacker who knows the noise can target it. Every call then starts
    /// with the same noise again.
    /// </summary>
    /// <value>Null: as for <see cref="Seed"/>, but never published.</value>
    public ulong? PredictSeed { get; init; }

    /// <summary>
    /// A secret of at least 16 random bytes from which noise keys are derived, together with the image's hash and index (HMAC-SHA-256). The
    /// same image then always has the same noise, so that asking again gives the same answer and gains nothing, and nobody without the
    /// secret can know the noise before the image is fixed. Keep it like a password; certificates publish an image's key, never the secret.
    /// </summary>
    /// <value>Null: a fresh secret from the operating system for every call.</value>
    public ReadOnlyMemory<byte>? SeedSecret { get; init; }

    /// <summary>What an answer may cost, for both Predict and Certify; an image may have its own budget.</summary>
    /// <value>Null: as many votes and as much time as the certifier asks for.</value>
    public Budget? Budget { get; init; }

    /// <summary>How many images may be in progress at once, over all calls, in [1, 2^20]; further ones wait for a place.</summary>
    /// <value>1,024.</value>
    public int MostImages { get; init; } = 1024;

    /// <summary>This classifier's name in metrics and traces (<c>denoised_smoothing.model</c>); nothing else depends on it.</summary>
    /// <value>Null: no name.</value>
    public string? Name { get; init; }

    /// <summary>Where each base classifier computes, such as <c>cpu</c>, <c>cuda</c> or <c>cuda:1</c>: one entry per replica.</summary>
    /// <value>Null: the CPU for all.</value>
    public IReadOnlyList<string>? Devices { get; init; }

    internal void Validate(int replicas)
    {
        if (Batch is < 1 or > 65536)
            throw new ArgumentOutOfRangeException(nameof(Batch), Batch, "The batch must be in [1, 65536] rows.");
        if (Devices is { } devices && devices.Count != replicas)
            throw new ArgumentException($"Devices names {devices.Count} devices for {replicas} base classifiers: one each is needed.",
                nameof(Devices));
        if (SeedSecret is { Length: < ShortestSecret } secret)
            throw new ArgumentException($"SeedSecret needs at least {ShortestSecret} random bytes; it has {secret.Length}.",
                nameof(SeedSecret));
        if (SeedSecret is not null && Seed is not null)
            throw new ArgumentException("Seed fixes the noise of Certify and SeedSecret derives it from the image: give one of them.",
                nameof(SeedSecret));
        if (MostImages is < 1 or > 1 << 20)
            throw new ArgumentOutOfRangeException(nameof(MostImages), MostImages, "MostImages must be in [1, 2^20].");
    }
}
