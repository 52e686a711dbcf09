using System.Text.Json;
using System.Text.Json.Serialization;

namespace DenoisedSmoothing;

/// <summary>A method as its text.</summary>
internal sealed class CertificationMethodConverter : JsonConverter<CertificationMethod>
{
    public override CertificationMethod Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && CertificationMethod.TryParse(reader.GetString(), out CertificationMethod? method)
            ? method
            : throw new JsonException("A certification method is a text such as 'cohen n0=100 n=100000 alpha=0.001'.");

    public override void Write(Utf8JsonWriter writer, CertificationMethod value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}
