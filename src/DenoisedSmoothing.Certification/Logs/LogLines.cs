using System.Text;

namespace DenoisedSmoothing.Logs;

/// <summary>Splits UTF-8 text into lines, with the offsets needed to cut a file, and a length limit that binary data exceeds.</summary>
internal static class LogLines
{
    // A certificate over 20,000 classes takes a quarter of this.
    private const int MostBytes = 1 << 20;

    public static IEnumerable<LogLine> Read(Stream stream, string name)
    {
        byte[] buffer = new byte[1 << 16];
        using MemoryStream rest = new();
        long end = 0;
        int number = 1;
        for (int read; (read = stream.Read(buffer)) > 0;)
        {
            int start = 0;
            while (Array.IndexOf(buffer, (byte)'\n', start, read - start) is int at and >= 0)
            {
                rest.Write(buffer, start, at - start);
                end += rest.Length + 1;
                yield return new LogLine(Text(rest, name, number), number++, end, Ended: true);
                rest.SetLength(0);
                start = at + 1;
            }

            rest.Write(buffer, start, read - start);
            if (rest.Length > MostBytes)
                throw new InvalidDataException($"{name}, line {number}: longer than {MostBytes} bytes, so this is not a log.");
        }

        if (rest.Length > 0)
            yield return new LogLine(Text(rest, name, number), number, end + rest.Length, Ended: false);
    }

    private static string Text(MemoryStream bytes, string name, int number)
    {
        ReadOnlySpan<byte> span = bytes.GetBuffer().AsSpan(0, (int)bytes.Length);
        if (number == 1 && (span.StartsWith<byte>([0xff, 0xfe]) || span.StartsWith<byte>([0xfe, 0xff])))
            throw new InvalidDataException($"{name}: the text is UTF-16; save it as UTF-8.");
        if (number == 1 && span.StartsWith<byte>([0xef, 0xbb, 0xbf]))
            span = span[3..];
        if (span.EndsWith("\r"u8))
            span = span[..^1];
        if (span.Contains((byte)'\r'))
            throw new InvalidDataException(
                $"{name}, line {number}: a carriage return inside a line; save the file with line ends of LF or CRLF.");
        return Encoding.UTF8.GetString(span);
    }
}
