using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace DenoisedSmoothing.Logs;

/// <summary>How logs are written as JSON: camel case, every settable member, doubles in the digits that give them back exactly.</summary>
[JsonSerializable(typeof(CertificationLogEntry))]
[JsonSerializable(typeof(CertificationLogMeta.Document))]
[JsonSerializable(typeof(SortedDictionary<string, string>))]
internal sealed partial class LogJson : JsonSerializerContext
{
    /// <summary>One object a line.</summary>
    public static LogJson Lines { get; } = new(Settings(indented: false));

    /// <summary>For people, too.</summary>
    public static LogJson Indented { get; } = new(Settings(indented: true));

    private static JsonSerializerOptions Settings(bool indented) => new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        // What follows from the votes (N, N0, Abstained) is not repeated.
        IgnoreReadOnlyProperties = true,
        // Nothing here is put into a web page; paths stay readable.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = indented,
        NewLine = "\n",
        Converters = { new VoteCountsConverter(), new JsonStringEnumConverter<CertificationLogKind>(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>Votes as an array, in label order.</summary>
    private sealed class VoteCountsConverter : JsonConverter<VoteCounts>
    {
        public override VoteCounts Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (reader.TokenType != JsonTokenType.StartArray)
                throw new JsonException("votes must be an array");
            List<long> counts = [];
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out long count))
                    throw new JsonException("votes must be integers");
                counts.Add(count);
            }

            return new VoteCounts([.. counts]);
        }

        public override void Write(Utf8JsonWriter writer, VoteCounts value, JsonSerializerOptions options)
        {
            writer.WriteStartArray();
            foreach (long count in value.AsSpan())
                writer.WriteNumberValue(count);
            writer.WriteEndArray();
        }
    }
}
