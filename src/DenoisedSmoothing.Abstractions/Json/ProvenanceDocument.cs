using System.Text.Json.Serialization;

namespace DenoisedSmoothing;

/// <summary>The JSON of a <see cref="Provenance"/>. Schema 1 wrote the seed as a number.</summary>
internal sealed record ProvenanceDocument(
    [property: JsonConverter(typeof(SeedConverter))] ulong Seed,
    long ImageIndex,
    string ImageHash,
    IReadOnlyList<long> ImageShape,
    double DrawnSigma,
    string BaseClassifier,
    string Precision,
    string Device,
    int Batch,
    string Software,
    string Noise)
{
    public static ProvenanceDocument Of(Provenance p) => new(
        p.Seed, p.ImageIndex, p.ImageHash, p.ImageShape, p.DrawnSigma, p.BaseClassifier, p.Precision, p.Device, p.Batch, p.Software,
            p.Noise);

    public Provenance ToProvenance()
    {
        DocumentCheck.InRange("drawnSigma", DrawnSigma, double.Epsilon, double.MaxValue);
        return new Provenance
        {
            Seed = Seed,
            ImageIndex = ImageIndex,
            ImageHash = ImageHash,
            ImageShape = ImageShape,
            DrawnSigma = DrawnSigma,
            BaseClassifier = BaseClassifier,
            Precision = Precision,
            Device = Device,
            Batch = Batch,
            Software = Software,
            Noise = Noise,
        };
    }
}
