namespace DenoisedSmoothing;

/// <summary>How a <see cref="SmoothedClassifier"/> samples.</summary>
public sealed record SmoothingOptions
{
    /// <summary>
    /// Rows of every forward pass, in [1, 65536]; the last pass is padded. Floating-point rows change with the batch size, so it belongs to
    /// the certified classifier and is recorded in each certificate: give that number to draw a certificate's votes again on another machine.
    /// When memory runs out it is halved, a warning is logged, and images in work start again; all votes of a certificate come from one size.
    /// </summary>
    /// <value>Null: chosen at the first image from its size and the device's memory, the same for the same machine (at most 256 on the CPU).</value>
    public int? Batch { get; init; }

    /// <summary>
    /// The noise key for Certify, for reproduction; null takes a fresh one from the operating system. It is recorded in each certificate.
    /// Trying several seeds and keeping the best certificate voids alpha. Under one seed give every image an index of its own: two images
    /// with one index share their noise, and their certificates, each valid, are not independent.
    /// </summary>
    public ulong? Seed { get; init; }

    /// <summary>
    /// The noise key for Predict, for tests and reproduction only; null takes a fresh one from the operating system for every call and never
    /// publishes it. An attacker who knows the noise can aim at it. Every call then
    /// starts at the same noise again.
    /// </summary>
    public ulong? PredictSeed { get; init; }

    /// <summary>Where each base classifier computes, such as <c>cpu</c>, <c>cuda</c> or <c>cuda:1</c>: one entry a replica.</summary>
    /// <value>Null: the CPU for all.</value>
    public IReadOnlyList<string>? Devices { get; init; }

    internal void Validate(int replicas)
    {
        if (Batch is < 1 or > 65536)
            throw new ArgumentOutOfRangeException(nameof(Batch), Batch, "The batch must be in [1, 65536] rows.");
        if (Devices is { } devices && devices.Count != replicas)
            throw new ArgumentException($"Devices names {devices.Count} devices for {replicas} base classifiers: one each is needed.", nameof(Devices));
    }
}
