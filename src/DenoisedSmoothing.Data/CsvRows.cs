using System.Text;

namespace DenoisedSmoothing.Data;

/// <summary>Comma-separated text (RFC 4180): fields may stand in double quotes, a quote inside is doubled, lines end as they like.</summary>
internal static class CsvRows
{
    /// <summary>The rows that are not empty, each with the number of its first line.</summary>
    /// <param name="text">The whole file.</param>
    /// <param name="name">What to call it in errors.</param>
    /// <exception cref="InvalidDataException">A quote is not closed, or something stands behind a closed one.</exception>
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

    // Ends at a comma, a line's end or the text's.
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
