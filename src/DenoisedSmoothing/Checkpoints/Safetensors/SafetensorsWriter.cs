using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Checkpoints;

/// <summary>Writes safetensors files: the same tensors give the same bytes, whatever order they come in.</summary>
/// <remarks>
/// Tensors are ordered by element size, largest first, then by name (ordinal), after a header padded to 8 bytes: so each is aligned, which
/// readers that map the file rely on. The reference implementation orders them for the same reason.
/// </remarks>
public static class SafetensorsWriter
{
    private const string MetadataKey = "__metadata__";
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Writes a file, first under a temporary name beside it, so that <paramref name="path"/> is never half a file.</summary>
    /// <param name="path">The file to write or to replace; its folder exists.</param>
    /// <param name="tensors">Tensors by name, of any shape, layout and device; left as they are.</param>
    /// <param name="metadata">Metadata for the header, or null for none.</param>
    /// <exception cref="ArgumentException">
    /// A name occurs twice, is reserved or is not Unicode; a type has no place in the format.</exception> <exception cref="IOException">The
    /// file cannot be written; a file that was there before is untouched.
    /// </exception>
    public static void Write(
        string path, IEnumerable<KeyValuePair<string, Tensor>> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        ArgumentNullException.ThrowIfNull(path);
        string temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            using (FileStream stream = new(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                Write(stream, tensors, metadata);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>Writes to a stream, from its current position; the stream stays open.</summary>
    /// <param name="stream">Any writable stream.</param>
    /// <param name="tensors">Tensors by name, of any shape, layout and device; left as they are.</param>
    /// <param name="metadata">Metadata for the header, or null for none.</param>
    /// <exception cref="ArgumentException">
    /// A name occurs twice, is reserved or is not Unicode; a type has no place in the format. Nothing is written.
    /// </exception>
    public static void Write(
        Stream stream, IEnumerable<KeyValuePair<string, Tensor>> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(tensors);
        List<(string Name, Tensor Tensor, string DType, int ItemSize)> plan = Plan(tensors);
        ReadOnlySpan<byte> header = Header(plan, metadata);

        Span<byte> length = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
        stream.Write(length);
        stream.Write(header);
        foreach (var item in plan)
        {
            using Tensor local = TensorBytes.Local(item.Tensor);
            TensorBytes.Visit(local, bytes => stream.Write(bytes));
        }
    }

    private static List<(string Name, Tensor Tensor, string DType, int ItemSize)> Plan(IEnumerable<KeyValuePair<string, Tensor>> tensors)
    {
        List<(string Name, Tensor Tensor, string DType, int ItemSize)> plan = [];
        HashSet<string> names = new(StringComparer.Ordinal);
        foreach (var (name, tensor) in tensors)
        {
            if (name == MetadataKey)
                throw new ArgumentException($"The name {MetadataKey} is reserved: pass metadata instead.", nameof(tensors));
            CheckUnicode(name, nameof(tensors));
            if (!names.Add(name))
                throw new ArgumentException($"The name {CheckpointException.Quote(name)} occurs twice.", nameof(tensors));
            if (!SafetensorsDType.TryName(tensor.dtype, out string dtype, out int itemSize))
            {
                throw new ArgumentException(
                    $"The tensor {CheckpointException.Quote(name)} is {tensor.dtype}: convert it to one of {SafetensorsDType.AllNames}.",
                    nameof(tensors));
            }

            plan.Add((name, tensor, dtype, itemSize));
        }

        plan.Sort((a, b) => a.ItemSize != b.ItemSize ? b.ItemSize.CompareTo(a.ItemSize) : string.CompareOrdinal(a.Name, b.Name));
        return plan;
    }

    private static ReadOnlySpan<byte> Header(
        List<(string Name, Tensor Tensor, string DType, int ItemSize)> plan, IReadOnlyDictionary<string, string>? metadata)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer))
        {
            json.WriteStartObject();
            if (metadata is { Count: > 0 })
                WriteMetadata(json, metadata);
            long end = 0;
            foreach (var item in plan)
            {
                json.WriteStartObject(item.Name);
                json.WriteString("dtype", item.DType);
                json.WriteStartArray("shape");
                foreach (long size in item.Tensor.shape)
                    json.WriteNumberValue(size);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(end);
                end = checked(end + (item.Tensor.NumberOfElements * item.ItemSize));
                json.WriteNumberValue(end);
                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        while (buffer.WrittenCount % 8 != 0)
            buffer.Write(" "u8);
        if (buffer.WrittenCount > SafetensorsHeader.MaxByteCount)
        {
            throw new ArgumentException(
                $"The header would take {buffer.WrittenCount} bytes, and the format allows {SafetensorsHeader.MaxByteCount}: "
                + "write several files.");
        }

        return buffer.WrittenSpan;
    }

    private static void WriteMetadata(Utf8JsonWriter json, IReadOnlyDictionary<string, string> metadata)
    {
        json.WriteStartObject(MetadataKey);
        foreach (var (key, value) in metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            CheckUnicode(key, nameof(metadata));
            CheckUnicode(value, nameof(metadata));
            json.WriteString(key, value);
        }

        json.WriteEndObject();
    }

    // Half a surrogate pair would silently become another character.
    private static void CheckUnicode(string text, string parameter)
    {
        try
        {
            Strict.GetByteCount(text);
        }
        catch (EncoderFallbackException e)
        {
            throw new ArgumentException($"{CheckpointException.Quote(text)} is not valid Unicode.", parameter, e);
        }
    }
}
