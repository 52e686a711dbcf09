using System.Buffers.Binary;

namespace DenoisedSmoothing.Checkpoints;

/// <summary>The end of a zip file, which says where its directory is.</summary>
internal static class ZipEnd
{
    private const int ByteCount = 22;
    private const int LocatorByteCount = 20;
    private const int WideByteCount = 56;
    private const uint Signature = 0x06054b50;
    private const uint LocatorSignature = 0x07064b50;
    private const uint WideSignature = 0x06064b50;

    /// <summary>Finds the end record, which a comment of up to 64 KiB may follow.</summary>
    /// <returns>How many records the directory has, its length and where it begins: as claimed.</returns>
    /// <exception cref="CheckpointException">There is none.</exception>
    public static (ulong Count, ulong ByteCount, ulong Start) Find(Stream stream, string file)
    {
        byte[] tail = new byte[Math.Min(stream.Length, ByteCount + ushort.MaxValue)];
        stream.Position = stream.Length - tail.Length;
        stream.ReadExactly(tail);
        for (int at = tail.Length - ByteCount; at >= 0; at--)
        {
            ReadOnlySpan<byte> end = tail.AsSpan(at);
            if (BinaryPrimitives.ReadUInt32LittleEndian(end) != Signature
                || BinaryPrimitives.ReadUInt16LittleEndian(end[20..]) != end.Length - ByteCount)
            {
                continue;
            }

            return Wide(stream, stream.Length - tail.Length + at, file) ?? (
                BinaryPrimitives.ReadUInt16LittleEndian(end[10..]),
                BinaryPrimitives.ReadUInt32LittleEndian(end[12..]),
                BinaryPrimitives.ReadUInt32LittleEndian(end[16..]));
        }

        throw CheckpointException.In(file, "it begins as a zip file, but the directory at its end is missing");
    }

    // Zip64: a locator just before the end record points to one with wide fields, which then applies whatever the narrow one says.
    private static (ulong Count, ulong ByteCount, ulong Start)? Wide(Stream stream, long end, string file)
    {
        if (end < LocatorByteCount)
            return null;
        Span<byte> bytes = stackalloc byte[WideByteCount];
        stream.Position = end - LocatorByteCount;
        stream.ReadExactly(bytes[..LocatorByteCount]);
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes) != LocatorSignature)
            return null;
        ulong start = BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]);
        if (start > (ulong)(end - LocatorByteCount) || (ulong)(end - LocatorByteCount) - start < WideByteCount)
            throw CheckpointException.In(file, "its zip64 end record lies outside the file");
        stream.Position = (long)start;
        stream.ReadExactly(bytes);
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes) != WideSignature)
            throw CheckpointException.In(file, "its zip64 end record is missing");
        return (
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[32..]),
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[40..]),
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[48..]));
    }
}
