using System.Buffers.Binary;

namespace DenoisedSmoothing.Data;

/// <summary>BMP with 16 bits per pixel: PIL scales 5 or 6 bits to 8 and truncates, Skia rounds to the nearest.</summary>
internal static class SixteenBitBmp
{
    /// <summary>The largest value of R, G and B in the file, 31 or 63.</summary>
    /// <returns>Null where it is not such a file, or has a layout that PIL does not read.</returns>
    public static (int Red, int Green, int Blue)? LargestValues(ReadOnlySpan<byte> file)
    {
        if (file.Length < 54 || !file.StartsWith("BM"u8) || Word(file, 14) < 40
            || BinaryPrimitives.ReadUInt16LittleEndian(file[28..]) != 16)
            return null;
        const uint Plain = 0, BitFields = 3;
        return Word(file, 30) switch
        {
            Plain => (31, 31, 31),
            BitFields when file.Length >= 66 => (Word(file, 54), Word(file, 58), Word(file, 62)) switch
            {
                (0x7c00, 0x03e0, 0x001f) => (31, 31, 31),
                (0xf800, 0x07e0, 0x001f) => (31, 63, 31),
                _ => null,
            },
            _ => null,
        };
    }

    /// <summary>Gives each channel the same value as PIL: floor(255 v / largest), where v is the file's.</summary>
    /// <param name="rgba">H x W x 4 bytes, each round(255 v / largest); changed in place.</param>
    /// <param name="largest">The largest value of each channel.</param>
    public static void ScaleLikePil(Span<byte> rgba, (int Red, int Green, int Blue) largest)
    {
        byte[] red = Table(largest.Red), green = Table(largest.Green), blue = Table(largest.Blue);
        for (int i = 0; i < rgba.Length; i += 4)
            (rgba[i], rgba[i + 1], rgba[i + 2]) = (red[rgba[i]], green[rgba[i + 1]], blue[rgba[i + 2]]);
    }

    private static byte[] Table(int largest) =>
        [.. Enumerable.Range(0, 256).Select(value => (byte)((value * largest + 127) / 255 * 255 / largest))];

    private static uint Word(ReadOnlySpan<byte> file, int at) => BinaryPrimitives.ReadUInt32LittleEndian(file[at..]);
}
