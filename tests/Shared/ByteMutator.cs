using System.Buffers.Binary;
using System.Text;

namespace DenoisedSmoothing.Testing;

/// <summary>Damages bytes as an attacker who knows the formats would: bits, numbers at the edge, and pieces that mean something.</summary>
/// <param name="random">Everything is drawn from it: the same seed gives the same damage.</param>
internal sealed class ByteMutator(Random random)
{
    private const int MaxEdits = 4;
    private const int MaxPiece = 24;

    private static readonly long[] Edges =
        [0, 1, 2, -1, 127, 128, 255, 256, 32767, 65535, 65536, int.MaxValue, int.MinValue, uint.MaxValue, 1L << 32, 1L << 40, 1L << 62,
            long.MaxValue, long.MinValue];

    /// <summary>Pieces of JSON, of pickles and of zip files.</summary>
    private static readonly byte[][] Pieces =
    [
        .. new[]
        {
            "-1", "0", "9223372036854775807", "99999999999999999999", "[", "]", "{", "}", ",", ":", "\"", "\"F64\"", "\"dtype\"",
                "\"shape\"", "1e9", "null",
            "\\ud800", "__metadata__", "\"../x\"", "weight_map",
            "(", ".", "0", "1", "2", "G", "J", "K\u0001", "M", "N", "Q", "R", "T", "U", "X", "a", "b", "d", "}", "e", "h\0", "h\u0001", "j",
                "l", "]", "q\0", "r", "s", "t", ")", "u", "B", "C",
            "\u0080\u0002", "\u0081", "\u0082", "\u0085", "\u0086", "\u0087", "\u0088", "\u0089", "\u008a\u0008", "\u008b", "\u008c",
                "\u008d", "\u008e", "\u008f",
            "\u0090", "\u0091", "\u0092", "\u0093", "\u0094", "\u0095", "\u0096", "c__builtin__\neval\n", "ctorch\nSize\n",
                "ccollections\nOrderedDict\n", "ctorch\nDoubleStorage\n",
            "ctorch._utils\n_rebuild_tensor\n", "ctorch._utils\n_rebuild_tensor_v2\n", "ctorch._utils\n_rebuild_parameter\n",
                "ctorch._tensor\n_rebuild_from_type_v2\n",
            "PK\u0001\u0002", "PK\u0003\u0004", "PK\u0005\u0006", "PK\u0006\u0006", "PK\u0006\u0007",
        }.Select(Encoding.Latin1.GetBytes),
    ];

    /// <summary>A damaged copy.</summary>
    /// <param name="original">Left as it is.</param>
    /// <param name="from">The first byte to be damaged.</param>
    /// <param name="to">One past the last; the original's end at most.</param>
    public byte[] Damage(byte[] original, int from, int to)
    {
        // A copy even where no edit finds anything to change: the caller may write to it.
        byte[] bytes = (byte[])original.Clone();
        for (int edits = random.Next(1, MaxEdits + 1); edits > 0 && to > from; edits--)
        {
            int before = bytes.Length;
            bytes = Edit(bytes, random.Next(from, to), to);
            to += bytes.Length - before;
        }

        return bytes;
    }

    private byte[] Edit(byte[] bytes, int at, int to)
    {
        int length = Math.Min(random.Next(1, MaxPiece), to - at);
        switch (random.Next(9))
        {
            case 0:
                return With(bytes, at, copy => copy[at] ^= (byte)(1 << random.Next(8)));
            case 1:
                return With(bytes, at, copy => copy[at] = (byte)random.Next(256));
            case 2:
                // One digit for another: offsets and shapes that nearly fit.
                int digit = Array.FindIndex(bytes, at, b => char.IsAsciiDigit((char)b));
                return digit < 0 || digit >= to ? bytes : With(bytes, digit, copy => copy[digit] = (byte)('0' + random.Next(10)));
            case 3:
                return [.. bytes[..at], .. Pieces[random.Next(Pieces.Length)], .. bytes[at..]];
            case 4:
                byte[] piece = Pieces[random.Next(Pieces.Length)];
                return With(bytes, at, copy => piece.AsSpan(0, Math.Min(piece.Length, to - at)).CopyTo(copy.AsSpan(at)));
            case 5:
                return [.. bytes[..at], .. bytes[(at + length)..]];
            case 6:
                int source = random.Next(bytes.Length - length + 1);
                return [.. bytes[..at], .. bytes.AsSpan(source, length), .. bytes[at..]];
            case 7:
                long edge = Edges[random.Next(Edges.Length)] + random.Next(-1, 2);
                byte[] number = new byte[sizeof(long)];
                BinaryPrimitives.WriteInt64LittleEndian(number, edge);
                int width = Math.Min(1 << random.Next(4), to - at);
                return With(bytes, at, copy => number.AsSpan(0, width).CopyTo(copy.AsSpan(at)));
            default:
                return random.Next(8) == 0 ? bytes[..at] : With(bytes, at, copy => copy.AsSpan(at, length).Reverse());
        }
    }

    private static byte[] With(byte[] bytes, int at, Action<byte[]> change)
    {
        byte[] copy = (byte[])bytes.Clone();
        if (at < copy.Length)
            change(copy);
        return copy;
    }
}
