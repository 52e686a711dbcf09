using DenoisedSmoothing.Logs;

namespace DenoisedSmoothing.Verification;

/// <summary>A log's table, compared line by line with the JSON lines.</summary>
internal sealed class LogTable
{
    private readonly Dictionary<long, CertificationLogRow> _rows;
    private readonly Dictionary<int, string> _texts = [];

    private LogTable(IReadOnlyList<CertificationLogRow> rows) => _rows = rows.ToDictionary(static row => row.Index);

    /// <summary>The images without a JSON line.</summary>
    public IEnumerable<long> Left => _rows.Keys;

    /// <exception cref="InvalidDataException">It is not a log, or a line is bad; the message names the line.</exception>
    public static LogTable Read(string log)
    {
        CertificationLog read = CertificationLog.Read(log);
        LogTable table = new(read.Rows);
        using FileStream file = LogPaths.OpenToRead(log);
        string header = LogText.Header(read.Kind);
        foreach (LogLine line in LogLines.Read(file, log))
        {
            // Lines of earlier versions have other columns.
            if (line.Number == 1 && line.Text != header)
                break;
            table._texts.Add(line.Number, line.Text);
        }

        return table;
    }

    /// <summary>Names what differs between the table and a JSON line.</summary>
    public void Check(CertificationLogEntry entry, Findings findings)
    {
        if (!_rows.Remove(entry.Index, out CertificationLogRow? row))
        {
            findings.Different("index", $"the JSON lines have this image, and the table does not");
            return;
        }

        CertificationLogRow its = entry.ToRow();
        if (row.Radius > its.Radius)
            findings.Overstated("radius", $"{row.Radius} is in the table, and {its.Radius} in the JSON lines");
        else
            findings.Equal("radius", row.Radius, its.Radius, "the JSON line");
        if (row.Predicted != its.Predicted)
            findings.Overstated("label", $"{row.Predicted ?? -1} is in the table, and {its.Predicted ?? -1} in the JSON lines");
        if (row.Label != its.Label)
            findings.Overstated("label", $"the true label is {row.Label} in the table, and {its.Label} in the JSON lines");
        if (_texts.GetValueOrDefault(row.Line) is { } text)
            Columns(entry, text, findings);
    }

    /// <summary>The columns that are not compared as numbers: they must be exactly as written, otherwise they were changed.</summary>
    private static void Columns(CertificationLogEntry entry, string text, Findings findings)
    {
        string[] names = LogText.Header(entry.Kind).Split('\t'), expected = LogText.Line(entry).Split('\t'), cells = text.Split('\t');
        for (int column = 0; column < names.Length; column++)
        {
            if (names[column] is not (LogText.Idx or LogText.Label or LogText.Predict or LogText.RadiusColumn)
                && cells.ElementAtOrDefault(column)?.Trim() != expected[column])
            {
                findings.Different(names[column],
                    $"{cells.ElementAtOrDefault(column)} is in the table, and the JSON line gives {expected[column]}");
            }
        }
    }
}
