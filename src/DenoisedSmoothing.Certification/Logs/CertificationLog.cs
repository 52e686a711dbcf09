namespace DenoisedSmoothing.Logs;

/// <summary>
/// A log of certificates or predictions, one line an image: the field's TSV
/// (<c>idx label predict radius correct time</c>; locuslab/smoothing, code/certify.py and predict.py), with or without further columns, or
/// the JSON lines that <see cref="CertificationLogWriter"/> writes beside it.
/// </summary>
public sealed class CertificationLog
{
    internal CertificationLog(string path, CertificationLogKind kind, IReadOnlyList<CertificationLogRow> rows, CertificationLogMeta? meta, CertificationMethod? method)
    {
        (Path, Kind, Rows, Meta) = (path, kind, rows, meta);
        Method = method ?? meta?.Method;
    }

    /// <summary>Where it was read from, as given.</summary>
    public string Path { get; }

    /// <summary>Certificates, or predictions (a log without the column <c>radius</c>).</summary>
    public CertificationLogKind Kind { get; }

    /// <summary>The lines in the file's order; every index stands once.</summary>
    public IReadOnlyList<CertificationLogRow> Rows { get; }

    /// <summary>The settings that stand beside the log; null where there are none, as beside published logs.</summary>
    public CertificationLogMeta? Meta { get; }

    /// <summary>The method and its parameters (<see cref="ICertifier.Method"/>); null where nothing says.</summary>
    public CertificationMethod? Method { get; }

    /// <summary>Reads a log, and the settings beside it where there are some.</summary>
    /// <param name="path">A TSV or JSON lines file.</param>
    /// <remarks>
    /// Taken as they come: LF or CRLF, blank lines, repeated header lines, columns in any order, unknown columns, the label -1 for an
    /// abstention, times as H:MM:SS.ffffff (with days before it, too) or in seconds. What a killed process left of a last line is passed
    /// over, in logs that have settings beside them. Refused: an index that stands twice, because it would count one image twice.
    /// </remarks>
    /// <exception cref="IOException">The file is not there or cannot be read.</exception>
    /// <exception cref="InvalidDataException">It is no log, or a line is bad; the message names the line.</exception>
    public static CertificationLog Read(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        using Stream file = LogPaths.OpenToRead(path);
        return Read(file, path, CertificationLogMeta.Find(path));
    }

    /// <summary>Reads a log from a stream, such as standard input.</summary>
    /// <param name="stream">A TSV or JSON lines text.</param>
    /// <param name="name">What to call it in errors and tables.</param>
    /// <exception cref="InvalidDataException">It is no log, or a line is bad; the message names the line.</exception>
    public static CertificationLog Read(Stream stream, string name)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(name);
        return Read(stream, name, meta: null);
    }

    private static CertificationLog Read(Stream stream, string name, CertificationLogMeta? meta)
    {
        using IEnumerator<LogLine> lines = LogLines.Read(stream, name).Where(static line => !line.Blank).GetEnumerator();
        if (!lines.MoveNext())
            throw new InvalidDataException($"{name}: the file is empty.");
        LogRows rows = new(name);
        CertificationLogKind kind;
        CertificationMethod? method = null;
        if (lines.Current.Text.TrimStart().StartsWith('{'))
            (kind, method) = rows.AddEntries(lines);
        else
            kind = rows.AddTable(lines, ours: meta is not null);
        return new CertificationLog(name, kind, rows.Rows, meta, method);
    }
}
