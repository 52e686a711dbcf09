using System.Text.Json;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Checkpoints;

/// <summary>
/// Reads the JSON of a safetensors header token by token: no document tree, so that memory stays in proportion to the bytes
/// that are really there. Whatever is not exactly the format is refused.
/// </summary>
internal ref struct SafetensorsHeaderParser
{
    private const string MetadataKey = "__metadata__";

    /// <summary>libtorch's kernels stop at 64 dimensions.</summary>
    private const int MaxRank = 64;

    private readonly string _file;
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private Utf8JsonReader _reader;

    private SafetensorsHeaderParser(ReadOnlySpan<byte> json, string file)
    {
        _file = file;
        // Header, entry, list: nothing in the format is nested deeper.
        _reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 3 });
    }

    public List<SafetensorsEntry> Entries { get; } = [];

    public Dictionary<string, string> Metadata { get; } = new(StringComparer.Ordinal);

    /// <exception cref="CheckpointException">The JSON is not a header; the layout of the data is not looked at.</exception>
    public static SafetensorsHeaderParser Parse(ReadOnlySpan<byte> json, string file)
    {
        if (json.IsEmpty || json[0] != '{')
            throw CheckpointException.In(file, "the header does not begin with '{'", "This is not a safetensors file, or it is damaged.");
        try
        {
            SafetensorsHeaderParser parser = new(json, file);
            parser.ReadHeader();
            return parser;
        }
        catch (JsonException e)
        {
            throw CheckpointException.In(file, $"the header is not valid JSON (byte {e.BytePositionInLine} of line {e.LineNumber})", cause: e);
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
        while (NextProperty() is { } name)
        {
            if (!_names.Add(name))
                throw CheckpointException.InEntry(_file, name, "it is there twice");
            if (name == MetadataKey)
                ReadMetadata();
            else
                Entries.Add(ReadEntry(name));
        }

        // Anything but white space after the closing brace makes the reader throw.
        _reader.Read();
    }

    private void ReadMetadata()
    {
        Expect(JsonTokenType.StartObject, MetadataKey, "it is not a map of strings");
        while (NextProperty() is { } key)
        {
            Expect(JsonTokenType.String, MetadataKey, $"the value of {CheckpointException.Quote(key)} is not a string");
            if (!Metadata.TryAdd(key, _reader.GetString()!))
                throw CheckpointException.InEntry(_file, MetadataKey, $"the key {CheckpointException.Quote(key)} is there twice");
        }
    }

    private SafetensorsEntry ReadEntry(string name)
    {
        (ScalarType Type, int Size)? dtype = null;
        long[]? shape = null;
        long[]? span = null;
        Expect(JsonTokenType.StartObject, name, "it is not a JSON object");
        while (NextProperty() is { } field)
        {
            switch (field)
            {
                case "dtype" when dtype is null:
                    dtype = ReadDType(name);
                    break;
                case "shape" when shape is null:
                    shape = ReadIntegers(name, field, MaxRank);
                    break;
                case "data_offsets" when span is null:
                    span = ReadIntegers(name, field, 2);
                    break;
                default:
                    throw CheckpointException.InEntry(_file, name, $"the field {CheckpointException.Quote(field)} is unknown or there twice");
            }
        }

        if (dtype is null || shape is null || span is not { Length: 2 })
            throw CheckpointException.InEntry(_file, name, "it needs a dtype, a shape and two data_offsets");
        CheckSize(name, shape, dtype.Value.Size, span[0], span[1]);
        return new SafetensorsEntry(name, dtype.Value.Type, shape, span[0], span[1]);
    }

    private (ScalarType Type, int Size) ReadDType(string name)
    {
        Expect(JsonTokenType.String, name, "the dtype is not a string");
        string dtype = _reader.GetString()!;
        if (!SafetensorsDType.TryParse(dtype, out ScalarType type, out int size))
        {
            throw CheckpointException.InEntry(
                _file, name, $"the dtype {CheckpointException.Quote(dtype)} is not supported", $"Save it as one of {SafetensorsDType.AllNames}.");
        }

        return (type, size);
    }

    private long[] ReadIntegers(string name, string field, int most)
    {
        List<long> values = new(4);
        Expect(JsonTokenType.StartArray, name, $"{field} is not a list");
        while (_reader.Read() && _reader.TokenType != JsonTokenType.EndArray)
        {
            if (_reader.TokenType != JsonTokenType.Number || !_reader.TryGetInt64(out long value) || value < 0)
                throw CheckpointException.InEntry(_file, name, $"{field} holds something else than integers from 0 to 2^63 - 1");
            if (values.Count == most)
                throw CheckpointException.InEntry(_file, name, $"{field} holds more than {most} integers");
            values.Add(value);
        }

        return [.. values];
    }

    private readonly void CheckSize(string name, long[] shape, int itemSize, long begin, long end)
    {
        if (end < begin)
            throw CheckpointException.InEntry(_file, name, $"data_offsets end ({end}) before they begin ({begin})");
        long size = itemSize;
        try
        {
            // Strides are products too, of sizes not below 1: they must fit even where a size of 0 leaves no element.
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

    private string? NextProperty() => _reader.Read() && _reader.TokenType == JsonTokenType.PropertyName ? _reader.GetString() : null;

    private void Expect(JsonTokenType token, string name, string problem)
    {
        _reader.Read();
        if (_reader.TokenType != token)
            throw CheckpointException.InEntry(_file, name, problem);
    }
}
