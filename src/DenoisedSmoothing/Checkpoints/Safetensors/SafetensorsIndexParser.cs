using System.Text.Json;

namespace DenoisedSmoothing.Checkpoints;

/// <summary>
/// Reads the JSON of a safetensors index: a <c>weight_map</c> from the names of entries to the files beside the index that hold them.
/// </summary>
internal static class SafetensorsIndexParser
{
    private const string MapName = "weight_map";
    private const int MaxDepth = 8;
    private const int EntryByteCount = 160;

    /// <returns>The file of each entry: a relative path inside the folder of the index, with slashes.</returns>
    /// <exception cref="CheckpointException">The JSON is not an index, or a path leaves the folder.</exception>
    public static Dictionary<string, string> Parse(ReadOnlySpan<byte> json, string file)
    {
        Dictionary<string, string>? map = null;
        try
        {
            Utf8JsonReader reader = new(json, new JsonReaderOptions { MaxDepth = MaxDepth });
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
                throw CheckpointException.In(file, "it is not a JSON object");
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (!reader.ValueTextEquals(MapName))
                {
                    reader.Skip();
                    continue;
                }

                if (map is not null)
                    throw CheckpointException.In(file, $"{MapName} occurs twice");
                map = ReadMap(ref reader, file, new MemoryBudget(file, json.Length));
            }

            // Anything but whitespace after the closing brace makes the reader throw.
            reader.Read();
        }
        catch (JsonException e)
        {
            throw CheckpointException.In(file, $"it is not valid JSON (byte {e.BytePositionInLine} of line {e.LineNumber})", cause: e);
        }
        catch (InvalidOperationException e)
        {
            // What the reader throws for a string with broken UTF-8 or half a surrogate pair.
            throw CheckpointException.In(file, "it holds a string that is not text", cause: e);
        }

        return map ?? throw CheckpointException.In(
            file, $"it is JSON without a {MapName}", "Of JSON files, only an index of safetensors shards is a checkpoint.");
    }

    private static Dictionary<string, string> ReadMap(ref Utf8JsonReader reader, string file, MemoryBudget budget)
    {
        Dictionary<string, string> map = new(StringComparer.Ordinal);
        HashSet<string> checkedPaths = new(StringComparer.Ordinal);
        // Entries of one file mostly follow each other.
        string? path = null;
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
            throw CheckpointException.In(file, $"{MapName} is not a map of strings");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            budget.Charge(EntryByteCount + (2L * reader.ValueSpan.Length), "has a map that would");
            string entry = reader.GetString()!;
            reader.Read();
            if (reader.TokenType != JsonTokenType.String)
                throw CheckpointException.InEntry(file, entry, $"its file in {MapName} is not a string");
            if (path is null || !reader.ValueTextEquals(path))
            {
                budget.Charge(EntryByteCount + (2L * reader.ValueSpan.Length), "has a map that would");
                path = reader.GetString()!;
            }

            if (checkedPaths.Add(path) && !StaysInside(path))
            {
                throw CheckpointException.InEntry(
                    file,
                    entry,
                    $"its file {CheckpointException.Quote(path)} is not a path inside the folder of the index",
                    "Nothing outside it is opened.");
            }

            if (!map.TryAdd(entry, path))
                throw CheckpointException.InEntry(file, entry, $"it is in {MapName} twice");
        }

        return map;
    }

    // The same rule on every system: a colon or a backslash has a meaning on one of them.
    private static bool StaysInside(string path) =>
        path.Split('/').All(part => part is not ("" or "." or "..") && !part.Any(c => c is '\\' or ':' || char.IsControl(c)));
}
