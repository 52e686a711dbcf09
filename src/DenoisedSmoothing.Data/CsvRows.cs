using System.Text;

namespace DenoisedSmoothing.Data;

/// <summary>Comma-separated text (RFC 4180): fields may be in double quotes, quotes inside are doubled, any line end is accepted.</summary>
internal static class CsvRows
{
    /// <summary>Reads a file: its non-empty rows, each with the number of its first line and all with the same number of fields.</summary>
    /// <param name="path">A file in UTF-8, or in UTF-16 or UTF-32 with a byte order mark.</param>
    /// <exception cref="InvalidDataException">
    /// It is not such text, a quote is not closed, something follows a closed one, or a row has another number of fields than the first.
    /// </exception>
    /// <exception cref="IOException">It does not exist, or cannot be read.</exception>
    public static List<(int Line, string[] Fields)> ReadFile(string path)
    {
        List<(int Line, string[] Fields)> rows = [.. Read(Text(path), path)];
        foreach ((int line, string[] fields) in rows)
        {
            if (fields.Length == rows[0].Fields.Length)
                continue;
            string hint = fields.Length > rows[0].Fields.Length ? " Put a field that holds a comma in double quotes." : "";
            throw new InvalidDataException(
                $"{path}, line {line}: it has {fields.Length} fields, and line {rows[0].Line} has {rows[0].Fields.Length}.{hint}");
        }

        return rows;
    }

    /// <summary>The non-empty rows, each with the number of its first line.</summary>
    /// <param name="text">The whole file.</param>
    /// <param name="name">What to call it in errors.</param>
    /// <exception cref="InvalidDataException">A quote is not closed, or something follows a closed one.</exception>
    public static IEnumerable<(int Line, string[] Fields)> Read(string text, string name)
    {
        int line = 1, at = 0;
        while (at < text.Length)
        {
            int first = line;
            List<string> fields = [Field(text, name, ref at, ref line)];
            while (at < text.Length && text[at] == ',')
            {
                at++;
                fields.Add(Field(text, name, ref at, ref line));
            }

            if (at < text.Length)
            {
                at += text.AsSpan(at).StartsWith("\r\n") ? 2 : 1;
                line++;
            }

            if (fields is not [""])
                yield return (first, [.. fields]);
        }
    }

    // Strict: in another encoding a name would silently become another name.
    private static string Text(string path)
    {
        FileKind? kind = FileKind.Of(path);
        if (kind is not null && kind != FileKind.Text && kind != FileKind.Empty && kind != FileKind.Json)
            throw new InvalidDataException($"{path}: {kind.InsteadOf("a CSV file")}");
        UTF8Encoding strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
        using StreamReader reader = new(path, strict, detectEncodingFromByteOrderMarks: true);
        try
        {
            string text = reader.ReadToEnd();
            return !text.Contains('\0') ? text : throw NotText(path, null);
        }
        catch (DecoderFallbackException e)
        {
            throw NotText(path, e);
        }
    }

    private static InvalidDataException NotText(string path, Exception? e) =>
        new($"{path}: it is not text in UTF-8. Save it again in that encoding (spreadsheets call it CSV UTF-8).", e);

    // Ends at a comma, the end of the line or that of the text.
    private static string Field(string text, string name, ref int at, ref int line)
    {
        if (at < text.Length && text[at] == '"')
            return Quoted(text, name, ref at, ref line);
        int start = at;
        while (at < text.Length && text[at] is not (',' or '\r' or '\n'))
            at++;
        return text[start..at].Trim();
    }

    private static string Quoted(string text, string name, ref int at, ref int line)
    {
        int first = line;
        StringBuilder field = new();
        while (++at < text.Length)
        {
            if (text[at] == '"' && (at + 1 == text.Length || text[at + 1] != '"'))
            {
                at++;
                return at == text.Length || text[at] is ',' or '\r' or '\n' ? field.ToString()
                    : throw new InvalidDataException($"{name}, line {line}: there is something between a closing quote and the comma.");
            }

            at += text[at] == '"' ? 1 : 0;
            line += text[at] == '\n' ? 1 : 0;
            field.Append(text[at]);
        }

        throw new InvalidDataException($"{name}, line {first}: a quote is not closed.");
    }
}
