using DenoisedSmoothing.Noise;

namespace DenoisedSmoothing.PredictionSets;

/// <summary>
/// What a calibration is for: the function that gives the scores, with everything that decides them. Requests must use the same.
/// </summary>
public sealed record CalibratedModel
{
    /// <summary>The conformity score (<see cref="IConformityScore.Name"/>).</summary>
    public required string Score { get; init; }

    /// <summary>K.</summary>
    public required int ClassCount { get; init; }

    /// <summary>The base classifier's fingerprint (<see cref="PartInfo"/>).</summary>
    public required string BaseClassifier { get; init; }

    /// <summary>The arithmetic of the forward pass.</summary>
    public required string Precision { get; init; }

    /// <summary>The kind of device of the forward pass.</summary>
    public required string Device { get; init; }

    /// <summary>The rows of every forward pass: float rows change with it, so requests use the same number.</summary>
    public required int Batch { get; init; }

    /// <summary>What did the computing (<see cref="Provenance.Software"/>).</summary>
    public required string Software { get; init; }

    /// <summary>The version of the noise scheme (<see cref="ISmoothingNoise.Version"/>).</summary>
    public required string NoiseVersion { get; init; }

    /// <summary>The images' shape [C,H,W]. Copied, and compared by content.</summary>
    public required IReadOnlyList<long> ImageShape { get; init => field = new ValueList<long>(value); }

    /// <summary>Names the first member that is outside its range.</summary>
    /// <exception cref="ArgumentException">A member is outside its range.</exception>
    internal void Validate()
    {
        foreach ((string name, string text) in new[]
        {
            ("score", Score), ("baseClassifier", BaseClassifier), ("precision", Precision), ("device", Device), ("software", Software),
            ("noiseVersion", NoiseVersion),
        })
        {
            if (text.Length == 0)
                throw new ArgumentException($"{name} is empty");
        }

        if (ClassCount < 2)
            throw new ArgumentException($"classCount is {ClassCount}, and a classifier has at least 2 classes");
        if (Batch is < 1 or > 65536)
            throw new ArgumentException($"batch is {Batch}, outside [1, 65536]");
        if (ImageShape.Count != 3 || ImageShape.Any(static length => length < 1))
            throw new ArgumentException($"imageShape is [{string.Join(',', ImageShape)}], not [C,H,W]");
    }
}
