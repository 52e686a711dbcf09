using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace DenoisedSmoothing.Networks;

/// <summary>
/// Whether a native library can be one for this process: its format and processor, and on Linux (ELF, 64 bits, little-endian) whether all
/// of it is there: the dynamic linker maps what the header promises, and touching what is missing ends the process.
/// </summary>
internal static class NativeLibraryHeader
{
    /// <summary>How much of the file is examined: an ELF header and the program headers that follow it.</summary>
    public const int ByteCount = 4096;

    private const int ProgramHeaderByteCount = 56;

    /// <summary>What is wrong, as the predicate of "it"; null where no problem is seen.</summary>
    /// <param name="header">The file's beginning, up to <see cref="ByteCount"/>.</param>
    /// <param name="length">The whole file's length in bytes.</param>
    public static string? Problem(ReadOnlySpan<byte> header, long length)
    {
        if (OperatingSystem.IsWindows())
            return header.StartsWith("MZ"u8) ? null : "it is not a Windows library";
        if (OperatingSystem.IsMacOS())
            return header.StartsWith((ReadOnlySpan<byte>)[0xcf, 0xfa, 0xed, 0xfe]) ? null : "it is not a macOS library";
        if (header.Length < 64 || !header.StartsWith((ReadOnlySpan<byte>)[0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1]))
            return "it is not a 64-bit Linux library";
        int machine = BinaryPrimitives.ReadUInt16LittleEndian(header[18..]);
        int wanted = RuntimeInformation.ProcessArchitecture switch { Architecture.X64 => 62, Architecture.Arm64 => 183, _ => machine };
        if (machine != wanted)
            return $"it is for another processor (ELF machine {machine})";
        return IsWhole(header, (ulong)length) ? null : "it is cut short";
    }

    private static bool IsWhole(ReadOnlySpan<byte> header, ulong length)
    {
        ulong start = BinaryPrimitives.ReadUInt64LittleEndian(header[32..]);
        int count = BinaryPrimitives.ReadUInt16LittleEndian(header[56..]);
        if (BinaryPrimitives.ReadUInt16LittleEndian(header[54..]) != ProgramHeaderByteCount || count == 0
            || start < 64 || start > (ulong)header.Length || start + (ulong)(count * ProgramHeaderByteCount) > (ulong)header.Length)
        {
            return false;
        }

        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> segment = header[((int)start + i * ProgramHeaderByteCount)..];
            ulong offset = BinaryPrimitives.ReadUInt64LittleEndian(segment[8..]), size =
                BinaryPrimitives.ReadUInt64LittleEndian(segment[32..]);
            if (offset > length || size > length - offset)
                return false;
        }

        return true;
    }
}
