using System.Text.Json.Serialization;
using DenoisedSmoothing.Json;

namespace DenoisedSmoothing;

/// <summary>Where a certificate's votes came from: enough to draw the same votes again.</summary>
[JsonConverter(typeof(CertificateJson))]
public sealed record Provenance
{
    /// <summary>
    /// The key of the noise generator. A published seed is for reproduction; trying several and keeping the best voids alpha.
    /// </summary>
    public required ulong Seed { get; init; }

    /// <summary>The image's index in its data set, part of the noise counter.</summary>
    public required long ImageIndex { get; init; }

    /// <summary>SHA-256 of the certified tensor's float32 values, little endian, in [C,H,W] order; lower-case hexadecimal.</summary>
    public required string ImageHash { get; init; }

    /// <summary>The certified tensor's shape [C,H,W]; its product is the dimension d. Copied, and compared by content.</summary>
    public required IReadOnlyList<long> ImageShape { get; init => field = new ValueList<long>(value); }

    /// <summary>The standard deviation of the noise that was drawn, per pixel value (<see cref="NoiseLevel.Drawn"/>).</summary>
    public required double DrawnSigma { get; init; }

    /// <summary>The base classifier's fingerprint (<see cref="PartInfo"/>).</summary>
    public required string BaseClassifier { get; init; }

    /// <summary>
    /// The arithmetic of the forward pass, such as <c>float32</c>, <c>float32+tf32</c> or <c>float32+plain</c>. It belongs to the
    /// classifier that was certified.
    /// </summary>
    public required string Precision { get; init; }

    /// <summary>The device kind of the forward pass, such as <c>cpu</c>; several kinds are comma separated.</summary>
    public required string Device { get; init; }

    /// <summary>The rows of every forward pass. Float rows change with it, so it belongs to the classifier that was certified.</summary>
    public required int Batch { get; init; }

    /// <summary>
    /// What did the computing: library and TorchSharp versions, system and processor kind. Elsewhere, near ties may fall differently.
    /// </summary>
    public required string Software { get; init; }

    /// <summary>The version of the noise scheme.</summary>
    public required string Noise { get; init; }
}
