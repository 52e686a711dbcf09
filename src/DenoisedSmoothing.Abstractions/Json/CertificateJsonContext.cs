using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace DenoisedSmoothing;

/// <summary>The members of the JSON documents, generated at compile time so that trimmed and native applications read them too.</summary>
[JsonSerializable(typeof(CertificateDocument))]
[JsonSerializable(typeof(PredictionDocument))]
[JsonSerializable(typeof(ProvenanceDocument))]
[JsonSerializable(typeof(VoteCountsDocument))]
internal sealed partial class CertificateJsonContext : JsonSerializerContext
{
    /// <summary>Camel case; nothing unknown, repeated, missing or null where a value belongs.</summary>
    public static CertificateJsonContext Strict { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        // Nothing here is put into a web page; names stay readable.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
