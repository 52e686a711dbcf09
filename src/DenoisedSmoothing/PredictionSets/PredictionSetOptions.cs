namespace DenoisedSmoothing.PredictionSets;

/// <summary>How prediction sets are drawn.</summary>
public sealed record PredictionSetOptions
{
    private const int ShortestSecret = 16;

    /// <summary>
    /// The noise key, for tests and reproduction only. For requests: an attacker who knows it can choose an image for exactly this noise,
    /// and nothing is promised. For a calibration: it must have been chosen without regard to the images; trying several and keeping the
    /// smallest threshold voids the promise. Calibration and requests have separate draws under one seed.
    /// </summary>
    /// <value>Null: each image has its own key, derived from its hash and a secret: <see cref="SeedSecret"/>, or a fresh one per
    /// call.</value>
    public ulong? Seed { get; init; }

    /// <summary>
    /// A secret of at least 16 random bytes from which noise keys are derived, together with the image's hash and index: the same image
    /// then always has the same set, so that asking again gains nothing. This does not help against an attacker who may ask about many
    /// images: an image whose set misses can be found that way, and misses again when it is submitted, where a fresh key would be a new
    /// draw. Keep it like a password.
    /// </summary>
    /// <value>Null: a fresh secret from the operating system for every call.</value>
    public ReadOnlyMemory<byte>? SeedSecret { get; init; }

    /// <summary>Where the base classifier computes, such as <c>cpu</c>, <c>cuda</c> or <c>cuda:1</c>.</summary>
    /// <value>The CPU.</value>
    public string Device { get; init; } = "cpu";

    /// <summary>
    /// Whether the base classifier's fingerprint is read before and after the votes of a call, which hashes its weights and may take longer
    /// than a vote. Otherwise it is read once, when the <see cref="RobustSetClassifier"/> is made, and a network that is trained or
    /// converted afterwards is not noticed. A calibration always reads it.
    /// </summary>
    /// <value>True.</value>
    public bool ConfirmEachCall { get; init; } = true;

    internal void Validate()
    {
        if (SeedSecret is { Length: < ShortestSecret } secret)
            throw new ArgumentException($"SeedSecret needs at least {ShortestSecret} random bytes; it has {secret.Length}.",
                nameof(SeedSecret));
        if (SeedSecret is not null && Seed is not null)
            throw new ArgumentException("Seed fixes the noise and SeedSecret derives it from the image: give one of them.",
                nameof(SeedSecret));
    }
}
