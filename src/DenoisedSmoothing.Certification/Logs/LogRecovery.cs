namespace DenoisedSmoothing.Logs;

/// <summary>What an interrupted run left: its complete lines, and where each ends in both files.</summary>
internal sealed class LogRecovery
{
    private readonly List<CertificationLogRow> _rows = [];
    private readonly LogScan _scan = new();
    private readonly string _header;
    private long _jsonEnd, _tableEnd;
    private long _last = -1;

    private LogRecovery(CertificationLogMeta meta) => _header = LogText.Header(meta.Kind);

    /// <summary>True where there was nothing, so that the settings must be written first.</summary>
    public required bool IsNew { get; init; }

    /// <summary>Reads what is there without changing anything.</summary>
    /// <param name="path">The TSV file, which may be absent.</param>
    /// <param name="json">The JSON lines, opened exclusively.</param>
    /// <param name="meta">The settings under which the run continues.</param>
    public static LogRecovery Check(string path, FileStream json, CertificationLogMeta meta)
    {
        using FileStream? table = File.Exists(path) ? LogPaths.OpenToRead(path) : null;
        CertificationLogMeta? there = CertificationLogMeta.Find(path);
        if (there is null)
        {
            if (json.Length > 0 || table?.Length > 0)
                throw CertificationLogMeta.Missing(path);
            return new LogRecovery(meta) { IsNew = true };
        }

        there.RequireSameRun(meta, path);
        LogRecovery recovery = new(meta) { IsNew = false };
        if (table is not null)
            recovery.Match(path, json, table, meta.Fingerprint);
        return recovery;
    }

    /// <summary>The complete lines with an answer.</summary>
    public IReadOnlyList<CertificationLogRow> Rows => _rows;

    /// <summary>The skipped images.</summary>
    public IReadOnlyList<SkippedImage> Skipped => _scan.Skipped;

    /// <summary>The index of the last image, answered or skipped; -1 where there is none.</summary>
    public long LastIndex => _last;

    /// <summary>Whether the log is finished.</summary>
    public bool HasEnded => _scan.HasEnded;

    /// <summary>Cuts both files after their last common line, and writes the header where it is incomplete.</summary>
    public void Cut(FileStream json, FileStream table)
    {
        json.SetLength(_jsonEnd);
        table.SetLength(_tableEnd);
        json.Seek(0, SeekOrigin.End);
        table.Seek(0, SeekOrigin.End);
        if (_tableEnd == 0)
            CertificationLogWriter.Write(table, _header, flush: true);
        json.Flush(flushToDisk: true);
        table.Flush(flushToDisk: true);
    }

    private void Match(string path, FileStream json, FileStream table, string fingerprint)
    {
        json.Position = 0;
        string jsonPath = LogPaths.JsonLines(path);
        using IEnumerator<LogLine> tableLines = LogLines.Read(table, path).GetEnumerator();
        if (!NextWhole(tableLines, out LogLine header))
            return;
        if (header.Text != _header)
            throw new InvalidDataException($"{path}, line 1: not the header of this version's logs; it cannot be resumed.");
        _tableEnd = header.End;
        foreach ((LogRecord record, LogLine line) in LogRecord.ReadAll(LogLines.Read(json, jsonPath), jsonPath))
        {
            if (record.Fingerprint != fingerprint)
                throw new InvalidDataException($"{jsonPath}, line {line.Number}: made under other settings; the log cannot be resumed.");
            if (record.Index <= _last)
                throw new InvalidDataException(
                    $"{jsonPath}, line {line.Number}: image {record.Index} comes after image {_last}; the log was edited.");
            if (record.Entry is { } entry)
            {
                if (!NextWhole(tableLines, out LogLine row))
                    return;
                if (row.Text != LogText.Line(entry))
                    throw new InvalidDataException(
                        $"{path}, line {row.Number}: not what {jsonPath} holds for this image; the log was edited or damaged.");
                _tableEnd = row.End;
                _rows.Add(entry.ToRow() with { Line = row.Number });
            }

            _scan.Add(record, jsonPath);
            _last = record.Index ?? _last;
            _jsonEnd = line.End;
        }
    }

    private static bool NextWhole(IEnumerator<LogLine> lines, out LogLine line)
    {
        bool whole = lines.MoveNext() && lines.Current.Ended;
        line = whole ? lines.Current : default;
        return whole;
    }
}
