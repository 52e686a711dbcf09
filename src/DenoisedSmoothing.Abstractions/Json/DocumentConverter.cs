using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace DenoisedSmoothing;

/// <summary>Reads and writes a value as a document of its own, whatever the caller's options say.</summary>
/// <param name="info">How the document is written; asked for on first use, since documents contain one another.</param>
/// <param name="toDocument">Takes a value apart.</param>
/// <param name="fromDocument">Puts it together again; throws an <see cref="ArgumentException"/> where the document is not valid.</param>
internal sealed class DocumentConverter<T, TDocument>(
    Func<JsonTypeInfo<TDocument>> info, Func<T, TDocument> toDocument, Func<TDocument, T> fromDocument) : JsonConverter<T>
    where T : class
    where TDocument : class
{
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        TDocument document = JsonSerializer.Deserialize(ref reader, info())!;
        try
        {
            return fromDocument(document);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or OverflowException)
        {
            throw new JsonException(e.Message, e);
        }
    }

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(writer, toDocument(value), info());
}
