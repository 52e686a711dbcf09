using System.Text.Json;
using System.Text.Json.Serialization;

namespace DenoisedSmoothing;

/// <summary>Votes as an object with the counts in label order; the array of schema 1 is read too.</summary>
internal sealed class VoteCountsConverter : JsonConverter<VoteCounts>
{
    private static readonly DocumentConverter<VoteCounts, VoteCountsDocument> Current = new(
        static () => CertificateJsonContext.Strict.VoteCountsDocument, VoteCountsDocument.Of, static document => document.ToVoteCounts());

    private static readonly DocumentConverter<VoteCounts, IReadOnlyList<long>> First = new(
        static () => CertificateJsonContext.Strict.IReadOnlyListInt64, static votes => votes.AsSpan().ToArray(), static counts =>
            new VoteCounts([.. counts]));

    public override VoteCounts Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.StartArray
            ? First.Read(ref reader, typeToConvert, options)
            : Current.Read(ref reader, typeToConvert, options);

    public override void Write(Utf8JsonWriter writer, VoteCounts value, JsonSerializerOptions options) =>
        Current.Write(writer, value, options);
}
