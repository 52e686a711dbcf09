using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace DenoisedSmoothing.Checkpoints;

/// <summary>
/// The records of a zip file (PKWARE APPNOTE 6.3; zip64 too, no encryption, stored or deflated), checked against the length of the
/// file. No record may claim more than deflate could pack into its bytes.
/// </summary>
internal sealed class ZipDirectory
{
    private const int MaxRecords = 1_000_000;

    /// <summary>The longest path of common systems; torch.save's records are named after their file.</summary>
    private const int MaxNameByteCount = 4096;

    private const int CentralByteCount = 46;
    private const int RecordByteCount = 192;
    private const int MaxDeflateRatio = 1032;
    private const int LocalHeaderByteCount = 30;
    private const uint LocalSignature = 0x04034b50;
    private const uint CentralSignature = 0x02014b50;

    private readonly Stream _stream;
    private readonly string _file;
    private readonly Dictionary<string, ZipRecord> _records;

    private ZipDirectory(Stream stream, string file, int capacity) =>
        (_stream, _file, _records) = (stream, file, new Dictionary<string, ZipRecord>(capacity, StringComparer.Ordinal));

    public IReadOnlyCollection<ZipRecord> Records => _records.Values;

    /// <summary>Where the directory begins: records end before it.</summary>
    public long Start { get; private init; }

    /// <param name="stream">The zip file, from 0 to its end.</param>
    /// <param name="file">What messages call the file.</param>
    /// <param name="budget">Charged for every record.</param>
    /// <exception cref="CheckpointException">The file is not a valid zip file, or uses features that torch.save never does.</exception>
    public static ZipDirectory Read(Stream stream, string file, MemoryBudget budget)
    {
        (ulong count, ulong byteCount, ulong start) = ZipEnd.Find(stream, file);
        if (start > (ulong)stream.Length || byteCount > (ulong)stream.Length - start)
            throw CheckpointException.In(file, "its zip directory lies outside the file");
        if (count > MaxRecords)
            throw CheckpointException.In(file, $"it claims {count} records, and {MaxRecords} are the most that are read");
        ZipDirectory directory = new(stream, file, (int)Math.Min(count, byteCount / CentralByteCount)) { Start = (long)start };
        stream.Position = (long)start;
        try
        {
            ByteInput input = new(stream, (long)byteCount);
            for (ulong i = 0; i < count; i++)
                directory.Add(input, budget);
        }
        catch (EndOfStreamException)
        {
            throw CheckpointException.In(file, $"its zip directory ends inside record {directory._records.Count + 1} of {count}");
        }

        return directory;
    }

    public ZipRecord? Find(string name) => _records.GetValueOrDefault(name);

    /// <summary>Opens a record; the stream yields its bytes, and is read before another one is opened.</summary>
    /// <exception cref="CheckpointException">The local header does not match the record.</exception>
    public Stream Open(ZipRecord record)
    {
        ByteRangeStream packed = new(_stream, record.DataOffset ??= Locate(record), record.PackedByteCount);
        return record.IsDeflated ? new DeflateStream(packed, CompressionMode.Decompress) : packed;
    }

    // The local header has its own extra field: only that tells where the bytes begin.
    private long Locate(ZipRecord record)
    {
        byte[] name = Encoding.UTF8.GetBytes(record.Name);
        _stream.Position = record.HeaderOffset;
        ByteInput input = new(_stream, Math.Min(LocalHeaderByteCount + name.Length, Start - record.HeaderOffset));
        try
        {
            ReadOnlySpan<byte> header = input.Read(LocalHeaderByteCount);
            int nameLength = BinaryPrimitives.ReadUInt16LittleEndian(header[26..]);
            int extraLength = BinaryPrimitives.ReadUInt16LittleEndian(header[28..]);
            long data = record.HeaderOffset + LocalHeaderByteCount + nameLength + extraLength;
            if (BinaryPrimitives.ReadUInt32LittleEndian(header) != LocalSignature
                || BinaryPrimitives.ReadUInt16LittleEndian(header[8..]) != (record.IsDeflated ? 8 : 0)
                || nameLength != name.Length || !input.Read(name.Length).SequenceEqual(name))
            {
                throw CheckpointException.InEntry(_file, record.Name, "the zip record is not where the directory says");
            }

            return data <= Start - record.PackedByteCount ? data
                : throw CheckpointException.InEntry(_file, record.Name, "the zip record reaches into the directory");
        }
        catch (EndOfStreamException)
        {
            throw CheckpointException.InEntry(_file, record.Name, "the zip record reaches into the directory");
        }
    }

    private void Add(ByteInput input, MemoryBudget budget)
    {
        ReadOnlySpan<byte> header = input.Read(CentralByteCount);
        if (BinaryPrimitives.ReadUInt32LittleEndian(header) != CentralSignature)
            throw CheckpointException.In(_file, $"record {_records.Count + 1} of its zip directory is not one");
        ushort flags = BinaryPrimitives.ReadUInt16LittleEndian(header[8..]), method = BinaryPrimitives.ReadUInt16LittleEndian(header[10..]);
        uint checksum = BinaryPrimitives.ReadUInt32LittleEndian(header[16..]);
        ulong packed = BinaryPrimitives.ReadUInt32LittleEndian(header[20..]);
        ulong unpacked = BinaryPrimitives.ReadUInt32LittleEndian(header[24..]);
        int nameLength = BinaryPrimitives.ReadUInt16LittleEndian(header[28..]);
        int extraLength = BinaryPrimitives.ReadUInt16LittleEndian(header[30..]);
        int commentLength = BinaryPrimitives.ReadUInt16LittleEndian(header[32..]);
        ulong offset = BinaryPrimitives.ReadUInt32LittleEndian(header[42..]);
        if (nameLength > MaxNameByteCount)
        {
            throw CheckpointException.In(
                _file,
                $"the name of record {_records.Count + 1} of its zip directory has {nameLength} bytes, "
                + $"and {MaxNameByteCount} are the most that are read");
        }

        budget.Charge(RecordByteCount + (2 * nameLength), "has a zip directory that would");
        string name = Encoding.UTF8.GetString(input.Read(nameLength));
        ReadWide(input.Read(extraLength), ref unpacked, ref packed, ref offset);
        input.Skip(commentLength);

        if ((flags & 1) != 0 || method is not (0 or 8))
        {
            throw CheckpointException.InEntry(
                _file, name, "the zip record is encrypted, or packed by something other than deflate", "Unpack it, and save it again.");
        }

        if (offset > (ulong)Start || packed > (ulong)Start - offset)
            throw CheckpointException.InEntry(_file, name, $"the zip record reaches beyond the {Start} bytes before the directory");
        // Deflate cannot pack more than 1032 bytes into one: a record that claims more is a trap.
        if (method == 0 ? unpacked != packed : unpacked / MaxDeflateRatio > packed)
            throw CheckpointException.InEntry(_file, name, $"the zip record claims {unpacked} bytes, and has {packed}");
        if (!_records.TryAdd(name, new ZipRecord(name, method == 8, checksum, (long)packed, (long)unpacked, (long)offset)))
            throw CheckpointException.InEntry(_file, name, "the zip record occurs twice");
    }

    // Zip64: the fields that are full in the header follow in the extra field 1, in this order.
    private static void ReadWide(ReadOnlySpan<byte> extra, ref ulong unpacked, ref ulong packed, ref ulong offset)
    {
        while (extra.Length >= 4)
        {
            int id = BinaryPrimitives.ReadUInt16LittleEndian(extra), length = BinaryPrimitives.ReadUInt16LittleEndian(extra[2..]);
            if (length > extra.Length - 4)
                return;
            ReadOnlySpan<byte> field = extra.Slice(4, length);
            extra = extra[(4 + length)..];
            if (id != 1)
                continue;
            Take(ref field, ref unpacked);
            Take(ref field, ref packed);
            Take(ref field, ref offset);
            return;
        }
    }

    private static void Take(ref ReadOnlySpan<byte> field, ref ulong value)
    {
        if (value != uint.MaxValue || field.Length < sizeof(ulong))
            return;
        value = BinaryPrimitives.ReadUInt64LittleEndian(field);
        field = field[sizeof(ulong)..];
    }
}
