using DenoisedSmoothing.Aces;

namespace DenoisedSmoothing.Logs;

/// <summary>The columns of a TSV log, found by name in its header line.</summary>
internal sealed class LogColumns
{
    private readonly string _name;
    private readonly string[] _header;
    private readonly int _idx, _label, _predict, _radius, _correct, _time, _n0, _n, _selected, _count, _paLower;

    private LogColumns(string name, string[] header)
    {
        (_name, _header) = (name, header);
        (_idx, _label, _predict) = (Find(LogText.Idx), Find(LogText.Label), Find(LogText.Predict));
        (_radius, _correct, _time) = (Find(LogText.RadiusColumn), Find(LogText.Correct), Find(LogText.Time));
        (_n0, _n, _selected) = (Find(LogText.N0), Find(LogText.N), Find(LogText.Selected));
        (_count, _paLower) = (Find(LogText.Count), Find(LogText.PALower));

        int Find(string column) => Array.FindIndex(header, name => name.Equals(column, StringComparison.OrdinalIgnoreCase));
    }

    public CertificationLogKind Kind => _radius < 0 ? CertificationLogKind.Predict : CertificationLogKind.Certify;

    public static LogColumns Parse(string line, string name, int number)
    {
        if (line.StartsWith(AcesRow.HeaderWithoutVotes, StringComparison.Ordinal))
        {
            throw new InvalidDataException($"{name}: rows of a model with a core, not all of which are certificates. 'dds aces' "
                + "prints their shares, and 'dds verify' recomputes them.");
        }

        LogColumns columns = new(name, Split(line));
        if (columns._idx < 0 || columns._label < 0 || columns._predict < 0)
        {
            throw new InvalidDataException(
                $"{name}, line {number}: not the header of a log, which is idx label predict radius correct time (without radius for "
                + $"predictions), separated by tabs, but '{Excerpt(line)}'.");
        }

        if (columns._header.GroupBy(static column => column, StringComparer.OrdinalIgnoreCase)
            .FirstOrDefault(static same => same.Count() > 1) is { } twice)
            throw new InvalidDataException($"{name}, line {number}: the column '{Excerpt(twice.Key)}' appears twice.");
        return columns;
    }

    /// <summary>Appended runs leave a header among the rows: an equal one is skipped.</summary>
    public bool IsHeader(LogLine line)
    {
        if (!line.Text.TrimStart().StartsWith(_header[0], StringComparison.OrdinalIgnoreCase))
            return false;
        if (!Split(line.Text).SequenceEqual(_header, StringComparer.OrdinalIgnoreCase))
            throw new InvalidDataException($"{_name}, line {line.Number}: a header other than the first: '{Excerpt(line.Text)}'.");
        return true;
    }

    public CertificationLogRow Row(LogLine line)
    {
        string[] cells = Split(line.Text);
        if (cells.Length != _header.Length)
            throw Bad(line, $"{cells.Length} columns, but the header has {_header.Length}");
        long index = Integer(line, cells, _idx, 0), label = Integer(line, cells, _label, 0), predict = Integer(line, cells, _predict, -1);
        if (label > int.MaxValue || predict > int.MaxValue)
            throw Bad(line, "a label is out of range");
        TimeSpan time = default;
        if (_time >= 0 && !LogTime.TryParse(cells[_time], out time))
            throw Bad(line, $"time '{Excerpt(cells[_time])}' is neither H:MM:SS.ffffff nor seconds");
        return new CertificationLogRow
        {
            Index = index,
            Label = (int)label,
            Predicted = predict < 0 ? null : (int)predict,
            Radius = _radius < 0 ? 0 : Number(line, cells, _radius, double.MaxValue),
            RadiusText = _radius < 0 ? null : cells[_radius],
            Time = _time < 0 ? null : time,
            LoggedCorrect = _correct >= 0 && PlainNumber.TryParseWhole(cells[_correct], out long correct) ? correct : null,
            N0 = Optional(_n0),
            N = Optional(_n),
            Count = Optional(_count),
            SelectedLabel = (int?)Optional(_selected),
            PALower = _paLower < 0 || cells[_paLower].Length == 0 ? null : Number(line, cells, _paLower, 1),
            Line = line.Number,
        };

        long? Optional(int column) => column < 0 || cells[column].Length == 0 ? null : Integer(line, cells, column, 0);
    }

    private static string[] Split(string line) => [.. line.Split('\t').Select(static cell => cell.Trim())];

    /// <summary>An excerpt that is safe to print, whatever the file is.</summary>
    private static string Excerpt(string text)
    {
        string shown = string.Concat(text.Take(80).Select(static c => c == '\t' ? ' ' : char.IsControl(c) ? '?' : c));
        return text.Length > 80 ? shown + "..." : shown;
    }

    private long Integer(LogLine line, string[] cells, int column, long least)
    {
        if (!PlainNumber.TryParseWhole(cells[column], out long value))
            throw Bad(line, $"{_header[column]} '{Excerpt(cells[column])}' is not a whole number");
        return value >= least ? value : throw Bad(line, $"{_header[column]} {value} is below {least}");
    }

    private double Number(LogLine line, string[] cells, int column, double most)
    {
        if (!PlainNumber.TryParse(cells[column], out double value) || !(value >= 0 && value <= most))
            throw Bad(line,
                $"{_header[column]} '{Excerpt(cells[column])}' is not a number {(most == 1 ? "from 0 to 1" : "of at least 0")}, such as "
                + $"0.25");
        return value;
    }

    private InvalidDataException Bad(LogLine line, string what) => new($"{_name}, line {line.Number}: {what}.");
}
