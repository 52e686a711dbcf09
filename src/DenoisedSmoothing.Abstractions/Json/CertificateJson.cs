using System.Text.Json;
using System.Text.Json.Serialization;

namespace DenoisedSmoothing.Json;

/// <summary>
/// How certificates, predictions and their parts are written as JSON: one form under any serializer options, described by
/// docs/certificate.schema.json. The types carry it as an attribute, so nothing needs to be registered.
/// </summary>
/// <remarks>
/// Strict: an unknown or repeated member, a missing one, a number that is not finite, or a later schema is a <see cref="JsonException"/>.
/// Numbers keep every bit; seeds, which exceed what many JSON readers can hold, are strings.
/// </remarks>
public sealed class CertificateJson : JsonConverterFactory
{
    /// <inheritdoc/>
    public override bool CanConvert(Type typeToConvert) => CreateConverter(typeToConvert, JsonSerializerOptions.Default) is not null;

    /// <inheritdoc/>
    public override JsonConverter? CreateConverter(Type typeToConvert, JsonSerializerOptions options)
    {
        if (typeToConvert == typeof(Certificate))
        {
            return new DocumentConverter<Certificate, CertificateDocument>(
                static () => CertificateJsonContext.Strict.CertificateDocument, CertificateDocument.Of, static document =>
                    document.ToCertificate());
        }

        if (typeToConvert == typeof(Prediction))
        {
            return new DocumentConverter<Prediction, PredictionDocument>(
                static () => CertificateJsonContext.Strict.PredictionDocument, PredictionDocument.Of, static document =>
                    document.ToPrediction());
        }

        if (typeToConvert == typeof(Provenance))
        {
            return new DocumentConverter<Provenance, ProvenanceDocument>(
                static () => CertificateJsonContext.Strict.ProvenanceDocument, ProvenanceDocument.Of, static document =>
                    document.ToProvenance());
        }

        if (typeToConvert == typeof(VoteCounts))
            return new VoteCountsConverter();
        if (typeToConvert == typeof(CertificationMethod))
            return new CertificationMethodConverter();
        if (typeToConvert == typeof(StopReason))
            return new JsonStringEnumConverter<StopReason>(JsonNamingPolicy.CamelCase, allowIntegerValues: false)
                .CreateConverter(typeToConvert, options);
        return typeToConvert == typeof(Norm)
            ? new JsonStringEnumConverter<Norm>(JsonNamingPolicy.CamelCase, allowIntegerValues: false)
                .CreateConverter(typeToConvert, options)
            : null;
    }
}
