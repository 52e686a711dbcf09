using System.Text.Json.Serialization;

namespace DenoisedSmoothing;

/// <summary>The members of the JSON documents, generated at compile time so that trimmed and native applications read them too.</summary>
[JsonSerializable(typeof(CertificateDocument))]
[JsonSerializable(typeof(PredictionDocument))]
[JsonSerializable(typeof(ProvenanceDocument))]
[JsonSerializable(typeof(VoteCountsDocument))]
internal sealed partial class CertificateJsonContext : JsonSerializerContext
{
    /// <summary>With the options of <see cref="StrictJson"/>.</summary>
    public static CertificateJsonContext Strict { get; } = new(StrictJson.Options());
}
