namespace DenoisedSmoothing.Logs;

/// <summary>
/// A log of certificates or predictions, one line per image: the field's TSV (<c>idx label predict radius correct time</c>;
/// locuslab/smoothing, code/certify.py and predict.py), with or without further columns, or the JSON lines that
/// <see cref="CertificationLogWriter"/> writes beside it.
/// </summary>
public sealed class CertificationLog
{
    internal CertificationLog(
        string path,
        CertificationLogKind kind,
        IReadOnlyList<CertificationLogRow> rows,
        CertificationLogMeta? meta = null,
        CertificationMethod? method = null,
        LogScan? scan = null)
    {
        (Path, Kind, Rows, Meta) = (path, kind, rows, meta);
        Method = method ?? meta?.Method;
        Norm = scan?.Norm ?? meta?.Norm ?? Norm.L2;
        Alpha = new[] { scan?.Alpha, meta?.Alpha }.Max();
        SharedNoise = scan?.SharedNoise ?? 0;
        Skipped = scan?.Skipped ?? [];
        Completeness = scan?.HasEnded == true ? LogCompleteness.Finished
            : meta is null ? LogCompleteness.Unknown
            : meta.Schema > 1 ? LogCompleteness.Unfinished
            : meta.Rows is not { } expected ? LogCompleteness.Unknown
            : rows.Count < expected ? LogCompleteness.Unfinished : LogCompleteness.Finished;
    }

    /// <summary>Where it was read from, as given.</summary>
    public string Path { get; }

    /// <summary>Certificates, or predictions (a log without the column <c>radius</c>).</summary>
    public CertificationLogKind Kind { get; }

    /// <summary>The lines in the file's order; every index occurs once.</summary>
    public IReadOnlyList<CertificationLogRow> Rows { get; }

    /// <summary>The settings stored beside the log; null where there are none, as with published logs.</summary>
    public CertificationLogMeta? Meta { get; }

    /// <summary>The method and its parameters (<see cref="ICertifier.Method"/>); null where they are not stated.</summary>
    public CertificationMethod? Method { get; }

    /// <summary>
    /// The allowed probability of error for one line: the largest stated by a JSON line or the settings; null where it is not stated, as in
    /// published logs.
    /// </summary>
    public double? Alpha { get; }

    /// <summary>The norm of the radii, as stated by the lines or the settings; l2 where it is not stated, as in published logs.</summary>
    public Norm Norm { get; }

    /// <summary>
    /// How many images share the seed and image index, and so the noise, of an earlier one: then lines are not independent, and a statement
    /// about the data set is not valid. 0 where the log does not say.
    /// </summary>
    public int SharedNoise { get; }

    /// <summary>Whether the log holds all images that its run was to process.</summary>
    public LogCompleteness Completeness { get; }

    /// <summary>The images that the run skipped, as far as the log says.</summary>
    public IReadOnlyList<SkippedImage> Skipped { get; }

    /// <summary>Reads a log, with the settings and the JSON lines beside it, if any.</summary>
    /// <param name="path">A TSV or JSON lines file.</param>
    /// <remarks>
    /// Accepted: LF or CRLF, blank lines, repeated header lines, columns in any order, unknown columns, the label -1 for an abstention,
    /// times as H:MM:SS.ffffff (optionally preceded by days) or in seconds. An incomplete last line left by a killed process is ignored in
    /// logs that have settings beside them. Refused: an index that occurs twice, because it would count one image twice.
    /// </remarks>
    /// <exception cref="IOException">The file is not there or cannot be read.</exception>
    /// <exception cref="InvalidDataException">It is not a log, or a line is bad; the message names the line.</exception>
    public static CertificationLog Read(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        using Stream file = LogPaths.OpenToRead(path);
        string? json = path == LogPaths.LogOf(path) && File.Exists(LogPaths.JsonLines(path)) ? LogPaths.JsonLines(path) : null;
        return Read(file, path, CertificationLogMeta.Find(path), json);
    }

    /// <summary>Reads a log from a stream, such as standard input.</summary>
    /// <param name="stream">A TSV or JSON lines text.</param>
    /// <param name="name">What to call it in errors and tables.</param>
    /// <exception cref="InvalidDataException">It is not a log, or a line is bad; the message names the line.</exception>
    public static CertificationLog Read(Stream stream, string name)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(name);
        return Read(stream, name, meta: null, json: null);
    }

    private static CertificationLog Read(Stream stream, string name, CertificationLogMeta? meta, string? json)
    {
        if (stream.CanSeek)
            LogFileKind.Check(stream, name);
        IEnumerator<LogLine> lines = LogLines.Read(stream, name).Where(static line => !line.Blank).GetEnumerator();
        if (!lines.MoveNext())
            throw new InvalidDataException($"{name}: the file is empty.");
        LogRows rows = new(name);
        LogScan scan = new();
        if (lines.Current.Text.TrimStart().StartsWith('{'))
        {
            (CertificationLogKind entries, CertificationMethod? method) =
                rows.AddRecords(LogRecord.ReadAll(FromCurrent(lines), name), scan);
            return new CertificationLog(name, entries, rows.Rows, meta, method, scan);
        }

        CertificationLogKind kind = rows.AddTable(lines, ours: meta is not null);
        // Where a running process keeps others out, the settings have to suffice.
        using Stream? beside = json is null ? null : LogPaths.TryOpenToRead(json);
        foreach ((LogRecord record, _) in beside is null ? [] : LogRecord.ReadAll(LogLines.Read(beside, json!), json!))
            scan.Add(record, json!);
        return new CertificationLog(name, kind, rows.Rows, meta, method: null, scan);
    }

    private static IEnumerable<LogLine> FromCurrent(IEnumerator<LogLine> lines)
    {
        do
            yield return lines.Current;
        while (lines.MoveNext());
    }
}
