using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace DenoisedSmoothing.Checkpoints;

/// <summary>
/// The checksum of zip files (polynomial 0xEDB88320), eight bytes per step: table k advances a byte that k more bytes follow.
/// </summary>
internal static class Crc32
{
    private const int Slices = 8;

    private static readonly uint[] Tables = MakeTables();

    /// <summary>Continues a checksum, which begins at 0.</summary>
    public static uint Append(uint checksum, ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<uint> tables = Tables;
        uint crc = ~checksum;
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (ulong word in words)
        {
            ulong next = (BitConverter.IsLittleEndian ? word : BinaryPrimitives.ReverseEndianness(word)) ^ crc;
            crc = tables[0x700 | (byte)next] ^ tables[0x600 | (byte)(next >> 8)]
                ^ tables[0x500 | (byte)(next >> 16)] ^ tables[0x400 | (byte)(next >> 24)]
                ^ tables[0x300 | (byte)(next >> 32)] ^ tables[0x200 | (byte)(next >> 40)]
                ^ tables[0x100 | (byte)(next >> 48)] ^ tables[(byte)(next >> 56)];
        }

        foreach (byte next in bytes[(words.Length * sizeof(ulong))..])
            crc = tables[(byte)crc ^ next] ^ (crc >> 8);
        return ~crc;
    }

    private static uint[] MakeTables()
    {
        uint[] tables = new uint[Slices << 8];
        for (uint i = 0; i < 256; i++)
        {
            uint crc = i;
            for (int bit = 0; bit < 8; bit++)
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
            tables[i] = crc;
        }

        for (int i = 256; i < tables.Length; i++)
            tables[i] = tables[tables[i - 256] & 0xff] ^ (tables[i - 256] >> 8);
        return tables;
    }
}
