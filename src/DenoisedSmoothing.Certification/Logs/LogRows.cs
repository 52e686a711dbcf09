namespace DenoisedSmoothing.Logs;

/// <summary>Collects a log's rows from its lines, each index once.</summary>
internal sealed class LogRows(string name)
{
    private readonly Dictionary<long, int> _lines = [];

    public List<CertificationLogRow> Rows { get; } = [];

    /// <summary>Takes a table, header line first.</summary>
    /// <param name="lines">At the header.</param>
    /// <param name="ours">Whether a line without a line end is incomplete; other programs omit the last line end.</param>
    public CertificationLogKind AddTable(IEnumerator<LogLine> lines, bool ours)
    {
        LogColumns columns = LogColumns.Parse(lines.Current.Text, name, lines.Current.Number);
        while (lines.MoveNext())
        {
            LogLine line = lines.Current;
            if (!(ours && !line.Ended) && !columns.IsHeader(line))
                Add(columns.Row(line));
        }

        return columns.Kind;
    }

    /// <summary>Takes JSON lines, and passes them to a scan.</summary>
    public (CertificationLogKind Kind, CertificationMethod? Method) AddRecords(IEnumerable<(LogRecord Record, LogLine Line)> records,
        LogScan scan)
    {
        CertificationLogKind? kind = null;
        CertificationMethod? method = null;
        foreach ((LogRecord record, LogLine line) in records)
        {
            scan.Add(record, name);
            if (record.Entry is not { } entry)
                continue;
            (CertificationLogKind its, CertificationMethod itsMethod) = (entry.Kind, entry.Method);
            if ((kind ??= its) != its)
                throw new InvalidDataException($"{name}, line {line.Number}: certificates and predictions are mixed in one log.");
            if ((method ??= itsMethod) != itsMethod)
                throw new InvalidDataException($"{name}, line {line.Number}: the method changes from '{method}' to '{itsMethod}'.");
            Add(entry.ToRow() with { Line = line.Number });
        }

        return (kind ?? CertificationLogKind.Certify, method);
    }

    private void Add(CertificationLogRow row)
    {
        if (!_lines.TryAdd(row.Index, row.Line))
        {
            throw new InvalidDataException(
                $"{name}, line {row.Line}: image {row.Index} is in line {_lines[row.Index]} already, and would count twice.");
        }

        Rows.Add(row);
    }
}
