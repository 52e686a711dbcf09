using DenoisedSmoothing.Pickle;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Checkpoints;

/// <summary>
/// What TorchSharp's <c>module.save(path)</c> writes, and for PyTorch exportsd.py in its repository: the number of entries, and for each
/// its name, its type, its sizes and its bytes. Every number and every length is an unsigned LEB128; nothing at the beginning says what it
/// is.
/// </summary>
internal sealed class TorchSharpFile : ITensorSource, IDisposable
{
    private const int MaxNameByteCount = 4096;
    private const int MaxRank = 64;
    private const int EntryByteCount = 256;

    private readonly RawTensors _tensors;
    private readonly Dictionary<string, (TensorEntry Entry, long Position)> _byName;

    private TorchSharpFile(Stream stream, string name, bool leaveOpen, Dictionary<string, (TensorEntry Entry, long Position)> byName)
    {
        Name = name;
        _tensors = new RawTensors(stream, name, leaveOpen);
        _byName = byName;
        Entries = [.. byName.Values.Select(found => found.Entry)];
    }

    public string Name { get; }

    public IReadOnlyList<TensorEntry> Entries { get; }

    /// <summary>Opens a file, if it is one: if its numbers add up, to the last byte.</summary>
    /// <param name="stream">A seekable stream at the start of the file, which ends where the stream does; left there.</param>
    /// <param name="name">What messages call the file.</param>
    /// <param name="leaveOpen">Whether <see cref="Dispose"/> leaves the stream alone.</param>
    /// <returns>Null where it is not such a file.</returns>
    public static TorchSharpFile? TryOpen(Stream stream, string name, bool leaveOpen)
    {
        long start = stream.Position;
        ByteInput input = new(stream, stream.Length - start);
        Dictionary<string, (TensorEntry Entry, long Position)> byName = new(StringComparer.Ordinal);
        try
        {
            MemoryBudget budget = new(name, stream.Length - start);
            for (long left = Number(input); left > 0; left--)
            {
                if (Entry(input, budget) is not { } entry || !byName.TryAdd(entry.Name, (entry, start + input.Consumed)))
                    return null;
                input.Skip(SafetensorsDType.ByteCount(entry.DType, entry.Shape));
            }

            return byName.Count > 0 && input.Remaining == 0 ? new TorchSharpFile(stream, name, leaveOpen, byName) : null;
        }
        catch (Exception e) when (e is EndOfStreamException or OverflowException)
        {
            return null;
        }
        finally
        {
            stream.Position = start;
        }
    }

    public Tensor Read(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return _byName.TryGetValue(name, out var found) ? _tensors.Read(found.Entry, found.Position)
            : throw CheckpointException.NoSuchEntry(Name, name, Entries.Count);
    }

    public void Dispose() => _tensors.Dispose();

    // Null where it cannot be one.
    private static TensorEntry? Entry(ByteInput input, MemoryBudget budget)
    {
        long length = Number(input);
        if (length is 0 or > MaxNameByteCount || PickleUnicode.Decode(input.Read(length)) is not { } name || name.Any(char.IsControl))
            return null;
        long type = Number(input), rank = Number(input);
        if (type > sbyte.MaxValue || !SafetensorsDType.TryName((ScalarType)type, out _, out _) || rank > MaxRank)
            return null;
        budget.Charge(EntryByteCount + (2 * name.Length) + (sizeof(long) * rank));
        long[] shape = new long[rank];
        for (int i = 0; i < shape.Length; i++)
            shape[i] = Number(input);
        return new TensorEntry(name, (ScalarType)type, shape);
    }

    private static long Number(ByteInput input)
    {
        long value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte next = input.ReadByte();
            if (shift > 56)
                throw new OverflowException();
            value |= (next & 0x7fL) << shift;
            if (next < 0x80)
                return value;
        }
    }
}
