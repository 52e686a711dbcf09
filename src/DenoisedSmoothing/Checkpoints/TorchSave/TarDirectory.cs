using System.Text;

namespace DenoisedSmoothing.Checkpoints;

/// <summary>The first records of a tar archive (POSIX ustar): as many as the oldest torch.save files have.</summary>
internal sealed class TarDirectory
{
    private const int BlockByteCount = 512;
    private const int MaxRecords = 64;

    private readonly Dictionary<string, (long Start, long ByteCount)> _records = new(StringComparer.Ordinal);
    private readonly Stream _stream;
    private readonly string _file;

    private TarDirectory(Stream stream, string file) => (_stream, _file) = (stream, file);

    /// <param name="stream">The archive, from 0 to its end.</param>
    /// <param name="file">What messages call the file.</param>
    /// <exception cref="CheckpointException">A header is damaged.</exception>
    public static TarDirectory Read(Stream stream, string file)
    {
        TarDirectory directory = new(stream, file);
        Span<byte> header = stackalloc byte[BlockByteCount];
        long at = 0;
        for (int i = 0; i < MaxRecords && at <= stream.Length - BlockByteCount; i++)
        {
            stream.Position = at;
            stream.ReadExactly(header);
            // Blocks of zeros end an archive.
            if (header[0] == 0)
                break;
            at += BlockByteCount;
            string name = Text(header[..100]);
            if (!TryOctal(header.Slice(124, 12), out long length) || length > stream.Length - at)
                throw CheckpointException.In(file, $"the length of record {CheckpointException.Quote(name)} of its tar archive is not one");
            directory._records.TryAdd(name.StartsWith("./", StringComparison.Ordinal) ? name[2..] : name, (at, length));
            at += (length + BlockByteCount - 1) / BlockByteCount * BlockByteCount;
        }

        return directory;
    }

    /// <summary>Opens a record.</summary>
    /// <exception cref="CheckpointException">There is no record of that name.</exception>
    public ByteRangeStream Open(string name) => _records.TryGetValue(name, out var span)
        ? new ByteRangeStream(_stream, span.Start, span.ByteCount)
        : throw CheckpointException.In(_file, $"its tar archive has no record {CheckpointException.Quote(name)}");

    private static string Text(ReadOnlySpan<byte> field) =>
        Encoding.Latin1.GetString(field.IndexOf((byte)0) is >= 0 and var end ? field[..end] : field);

    // Digits between spaces and a zero. Beyond 8 GiB there is a binary form, which no file of that age has.
    private static bool TryOctal(ReadOnlySpan<byte> field, out long value)
    {
        value = 0;
        field = field.Trim((byte)' ').TrimEnd((byte)0).TrimEnd((byte)' ');
        foreach (byte digit in field)
        {
            if (digit is < (byte)'0' or > (byte)'7')
                return false;
            value = (value * 8) + (digit - '0');
        }

        return !field.IsEmpty;
    }
}
