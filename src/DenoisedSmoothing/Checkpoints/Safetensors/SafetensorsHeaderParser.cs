using System.Text.Json;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Checkpoints;

/// <summary>
/// Reads the JSON of a safetensors header token by token, without a document tree; what it creates is charged to a budget, so that memory
/// stays in proportion to the bytes actually present. Anything that is not exactly the format is refused.
/// </summary>
internal ref struct SafetensorsHeaderParser
{
    private const string MetadataKey = "__metadata__";

    /// <summary>libtorch's kernels stop at 64 dimensions.</summary>
    private const int MaxRank = 64;

    /// <summary>An entry, its name and its place in a list and a dictionary.</summary>
    private const int EntryByteCount = 256;

    private const int MetadataByteCount = 192;

    private readonly string _file;
    private readonly MemoryBudget _budget;
    private Utf8JsonReader _reader;

    private SafetensorsHeaderParser(ReadOnlySpan<byte> json, string file, MemoryBudget budget)
    {
        (_file, _budget) = (file, budget);
        // Header, entry, list: nothing in the format is nested deeper.
        _reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 3 });
    }

    public List<SafetensorsEntry> Entries { get; } = [];

    public Dictionary<string, string>? Metadata { get; private set; }

    /// <exception cref="CheckpointException">
    /// The JSON is not a header; neither the layout of the data nor the uniqueness of names is checked.
    /// </exception>
    public static SafetensorsHeaderParser Parse(ReadOnlySpan<byte> json, string file, MemoryBudget budget)
    {
        if (json.IsEmpty || json[0] != '{')
            throw CheckpointException.In(file, "the header does not begin with '{'", "This is not a safetensors file, or it is damaged.");
        try
        {
            SafetensorsHeaderParser parser = new(json, file, budget);
            parser.ReadHeader();
            return parser;
        }
        catch (JsonException e)
        {
            throw CheckpointException.In(
                file, $"the header is not valid JSON (byte {e.BytePositionInLine} of line {e.LineNumber})", cause: e);
        }
        catch (InvalidOperationException e)
        {
            // What the reader throws for a string with broken UTF-8 or half a surrogate pair.
            throw CheckpointException.In(file, "the header holds a string that is not text", cause: e);
        }
    }

    private void ReadHeader()
    {
        _reader.Read();
        while (NextProperty())
        {
            if (_reader.ValueTextEquals(MetadataKey))
                ReadMetadata();
            else
                Entries.Add(ReadEntry(Text(EntryByteCount)));
        }

        // Anything but whitespace after the closing brace makes the reader throw.
        _reader.Read();
    }

    private void ReadMetadata()
    {
        if (Metadata is not null)
            throw CheckpointException.InEntry(_file, MetadataKey, "it occurs twice");
        Metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        Expect(JsonTokenType.StartObject, MetadataKey, "it is not a map of strings");
        while (NextProperty())
        {
            string key = Text(MetadataByteCount);
            if (!_reader.Read() || _reader.TokenType != JsonTokenType.String)
                throw CheckpointException.InEntry(_file, MetadataKey, $"the value of {CheckpointException.Quote(key)} is not a string");
            if (!Metadata.TryAdd(key, Text(0)))
                throw CheckpointException.InEntry(_file, MetadataKey, $"the key {CheckpointException.Quote(key)} occurs twice");
        }
    }

    private SafetensorsEntry ReadEntry(string name)
    {
        (ScalarType Type, int Size)? dtype = null;
        long[]? shape = null;
        long[]? span = null;
        Expect(JsonTokenType.StartObject, name, "it is not a JSON object");
        while (NextProperty())
        {
            if (dtype is null && _reader.ValueTextEquals("dtype"))
                dtype = ReadDType(name);
            else if (shape is null && _reader.ValueTextEquals("shape"))
                shape = ReadIntegers(name, "shape", MaxRank);
            else if (span is null && _reader.ValueTextEquals("data_offsets"))
                span = ReadIntegers(name, "data_offsets", 2);
            else
                throw CheckpointException.InEntry(_file, name, $"the field {CheckpointException.Quote(Text(0))} is unknown or repeated");
        }

        if (dtype is null || shape is null || span is not { Length: 2 })
            throw CheckpointException.InEntry(_file, name, "it needs a dtype, a shape and two data_offsets");
        CheckSize(name, shape, dtype.Value.Size, span[0], span[1]);
        return new SafetensorsEntry(name, dtype.Value.Type, shape, span[0], span[1]);
    }

    private (ScalarType Type, int Size) ReadDType(string name)
    {
        Expect(JsonTokenType.String, name, "the dtype is not a string");
        foreach (var (known, type, size) in SafetensorsDType.All)
        {
            if (_reader.ValueTextEquals(known))
                return (type, size);
        }

        throw CheckpointException.InEntry(
            _file,
            name,
            $"the dtype {CheckpointException.Quote(Text(0))} is not supported",
            $"Save it as one of {SafetensorsDType.AllNames}.");
    }

    private long[] ReadIntegers(string name, string field, int most)
    {
        Span<long> values = stackalloc long[MaxRank];
        int count = 0;
        if (!_reader.Read() || _reader.TokenType != JsonTokenType.StartArray)
            throw CheckpointException.InEntry(_file, name, $"{field} is not a list");
        while (_reader.Read() && _reader.TokenType != JsonTokenType.EndArray)
        {
            if (_reader.TokenType != JsonTokenType.Number || !_reader.TryGetInt64(out long value) || value < 0)
                throw CheckpointException.InEntry(_file, name, $"{field} holds something other than integers from 0 to 2^63 - 1");
            if (count == most)
                throw CheckpointException.InEntry(_file, name, $"{field} holds more than {most} integers");
            values[count++] = value;
        }

        _budget.Charge(2 * sizeof(long) * count);
        return values[..count].ToArray();
    }

    private readonly void CheckSize(string name, long[] shape, int itemSize, long begin, long end)
    {
        if (end < begin)
            throw CheckpointException.InEntry(_file, name, $"data_offsets end ({end}) before they begin ({begin})");
        long size = itemSize;
        try
        {
            // Strides are products too, of sizes not below 1: they must fit even where a size of 0 leaves no elements.
            foreach (long length in shape)
                size = checked(size * Math.Max(length, 1));
        }
        catch (OverflowException)
        {
            throw CheckpointException.InEntry(_file, name, $"the shape {CheckpointException.Text(shape)} is beyond 2^63 bytes");
        }

        if (shape.Contains(0))
            size = 0;
        if (size != end - begin)
        {
            throw CheckpointException.InEntry(
                _file, name, $"the shape {CheckpointException.Text(shape)} takes {size} bytes, but data_offsets give it {end - begin}");
        }
    }

    private bool NextProperty() => _reader.Read() && _reader.TokenType == JsonTokenType.PropertyName;

    /// <summary>The text that the reader is at.</summary>
    /// <param name="more">What it costs in addition to its characters.</param>
    private readonly string Text(int more)
    {
        _budget.Charge(more + (2L * _reader.ValueSpan.Length), "has a header that would");
        return _reader.GetString()!;
    }

    private void Expect(JsonTokenType token, string name, string problem)
    {
        _reader.Read();
        if (_reader.TokenType != token)
            throw CheckpointException.InEntry(_file, name, problem);
    }
}
