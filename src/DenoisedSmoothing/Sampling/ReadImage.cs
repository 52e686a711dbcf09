using DenoisedSmoothing.Noise;

namespace DenoisedSmoothing.Sampling;

/// <summary>An image that was read and found valid.</summary>
/// <param name="Values">[C,H,W], flattened.</param>
/// <param name="Shape">[C,H,W].</param>
/// <param name="Hash">SHA-256 of the values.</param>
/// <param name="Index">Part of the noise counter.</param>
/// <param name="Seed">The noise key.</param>
internal sealed record ReadImage(float[] Values, long[] Shape, byte[] Hash, long Index, ulong Seed)
{
    /// <summary>Where its votes came from: enough to draw them again.</summary>
    /// <param name="noise">The noise under which they were drawn.</param>
    /// <param name="model">Which function voted.</param>
    /// <param name="device">Kinds of device.</param>
    /// <param name="batch">Rows of a pass.</param>
    public Provenance ProvenanceOf(ISmoothingNoise noise, ReplicaIdentity.Reading model, string device, int batch) => new()
    {
        Seed = Seed,
        ImageIndex = Index,
        ImageHash = Convert.ToHexStringLower(Hash),
        ImageShape = Shape,
        DrawnSigma = noise.Level.Drawn,
        BaseClassifier = model.Fingerprint,
        Precision = model.Precision,
        Software = LibTorch.Software,
        Device = device,
        Batch = batch,
        Noise = noise.Version,
    };
}
