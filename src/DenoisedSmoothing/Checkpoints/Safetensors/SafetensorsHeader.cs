using System.Buffers.Binary;
using System.Collections.ObjectModel;

namespace DenoisedSmoothing.Checkpoints;

/// <summary>
/// The header of a safetensors file, parsed and checked without touching a tensor: names, types, shapes and where the bytes lie.
/// A header that passes <see cref="Read"/> describes the whole file, without overlaps or gaps. Immutable.
/// </summary>
/// <remarks>
/// Nothing that the file claims is believed before it is checked against its length, and entries and metadata are charged to the file's
/// budget: a header takes less than ten times its bytes in memory, whatever it holds. The format: an unsigned 64-bit little-endian length,
/// that many bytes of JSON, then the data.
/// </remarks>
public sealed class SafetensorsHeader
{
    /// <summary>The longest header that the format allows, in bytes.</summary>
    /// <value>100,000,000, as in the reference implementation.</value>
    public const int MaxByteCount = 100_000_000;

    private const int LengthByteCount = sizeof(ulong);

    private SafetensorsHeader(
        List<SafetensorsEntry> entries, Dictionary<string, SafetensorsEntry> byName, Dictionary<string, string>? metadata, long dataStart)
    {
        Entries = entries.AsReadOnly();
        ByName = byName;
        Metadata = metadata?.AsReadOnly() ?? ReadOnlyDictionary<string, string>.Empty;
        DataStart = dataStart;
    }

    /// <summary>The tensors, in the order of their data.</summary>
    public IReadOnlyList<SafetensorsEntry> Entries { get; }

    /// <summary>The file's metadata (<c>__metadata__</c>); empty if it has none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    internal IReadOnlyDictionary<string, SafetensorsEntry> ByName { get; }

    /// <summary>Where the data begins, in bytes from the start of the file.</summary>
    internal long DataStart { get; }

    /// <summary>Reads and checks a header.</summary>
    /// <param name="stream">
    /// A seekable stream at the start of a safetensors file that ends where the stream does; it is left at the first byte of data.
    /// </param>
    /// <param name="name">What messages call the file.</param>
    /// <exception cref="CheckpointException">The file is not a valid safetensors file, or uses a type that TorchSharp lacks.</exception>
    /// <exception cref="ArgumentException">The stream cannot seek.</exception>
    public static SafetensorsHeader Read(Stream stream, string name)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(name);
        if (!stream.CanRead || !stream.CanSeek)
        {
            throw new ArgumentException(
                "A safetensors file is read from a stream that can read and seek: copy it to a MemoryStream or a file first.",
                nameof(stream));
        }

        long available = stream.Length - stream.Position - LengthByteCount;
        if (available < 0)
        {
            throw CheckpointException.In(
                name, $"it has {Math.Max(0, available + LengthByteCount)} bytes, less than the 8 of a header length");
        }

        Span<byte> prefix = stackalloc byte[LengthByteCount];
        stream.ReadExactly(prefix);
        ulong claimed = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (claimed > MaxByteCount)
        {
            throw CheckpointException.In(
                name,
                $"it claims a header of {claimed} bytes, and the format allows {MaxByteCount}",
                "This is not a safetensors file, or it is damaged.");
        }

        if ((long)claimed > available)
            throw CheckpointException.In(name, $"it claims a header of {claimed} bytes, and only {available} follow");
        byte[] json = new byte[claimed];
        stream.ReadExactly(json);
        return Parse(json, available - json.Length, name);
    }

    /// <param name="json">The header, with or without padding.</param>
    /// <param name="dataByteCount">How many bytes of data follow it.</param>
    /// <param name="file">What messages call the file.</param>
    internal static SafetensorsHeader Parse(ReadOnlySpan<byte> json, long dataByteCount, string file)
    {
        SafetensorsHeaderParser parser = SafetensorsHeaderParser.Parse(json, file, new MemoryBudget(file, json.Length + dataByteCount));
        List<SafetensorsEntry> entries = parser.Entries;
        Dictionary<string, SafetensorsEntry> byName = new(entries.Count, StringComparer.Ordinal);
        foreach (SafetensorsEntry entry in entries)
        {
            if (!byName.TryAdd(entry.Name, entry))
                throw CheckpointException.InEntry(file, entry.Name, "it occurs twice");
        }

        // Empty tensors lie on a boundary: sorting by the end as well puts them before the tensor that begins there.
        entries.Sort((a, b) => a.Begin != b.Begin ? a.Begin.CompareTo(b.Begin)
            : a.End != b.End ? a.End.CompareTo(b.End) : string.CompareOrdinal(a.Name, b.Name));
        CheckLayout(entries, dataByteCount, file);
        return new SafetensorsHeader(entries, byName, parser.Metadata, LengthByteCount + json.Length);
    }

    // Without overlap or gap, to the last byte.
    private static void CheckLayout(List<SafetensorsEntry> entries, long dataByteCount, string file)
    {
        long end = 0;
        foreach (SafetensorsEntry entry in entries)
        {
            if (entry.End > dataByteCount)
            {
                throw CheckpointException.InEntry(
                    file, entry.Name, $"it ends at byte {entry.End} of the data, and the file has {dataByteCount}");
            }

            if (entry.Begin < end)
            {
                throw CheckpointException.InEntry(
                    file, entry.Name, $"it begins at byte {entry.Begin} of the data, inside the entry before it");
            }

            if (entry.Begin > end)
                throw CheckpointException.InEntry(file, entry.Name, $"the {entry.Begin - end} bytes before it belong to no entry");
            end = entry.End;
        }

        if (end != dataByteCount)
            throw CheckpointException.In(file, $"the last {dataByteCount - end} bytes belong to no entry");
    }
}
