using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace DenoisedSmoothing;

/// <summary>A seed as a decimal string, since many JSON readers hold numbers as doubles; the number of schema 1 is read too.</summary>
internal sealed class SeedConverter : JsonConverter<ulong>
{
    public override ulong Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetUInt64(out ulong number))
            return number;
        return reader.TokenType == JsonTokenType.String && PlainNumber.TryParseWhole(reader.GetString(), out ulong seed)
            ? seed
            : throw new JsonException("A seed is an integer from 0 to 2^64 - 1, written as a string.");
    }

    public override void Write(Utf8JsonWriter writer, ulong value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString(CultureInfo.InvariantCulture));
}
