using System.Text.Json;

namespace DenoisedSmoothing.Logs;

/// <summary>One line of a log's JSON lines: exactly one of the three.</summary>
/// <param name="Fingerprint">The fingerprint of the run's settings.</param>
/// <param name="Entry">An image with its certificate or prediction.</param>
/// <param name="Skipped">A skipped image.</param>
/// <param name="End">The end of a finished log.</param>
internal sealed record LogRecord(string Fingerprint, CertificationLogEntry? Entry = null, SkippedImage? Skipped = null, LogEnd? End = null)
{
    /// <summary>The image's index; null for the end.</summary>
    public long? Index => Entry?.Index ?? Skipped?.Index;

    public static LogRecord Of(CertificationLogEntry entry) => new(entry.Fingerprint, entry);

    /// <summary>Reads the complete lines of a file in order; an incomplete last line left by a killed process is ignored.</summary>
    /// <exception cref="InvalidDataException">A line is not a record, or comes after the end; the message names it.</exception>
    public static IEnumerable<LogRecord> ReadAll(string path)
    {
        using Stream file = LogPaths.OpenToRead(path);
        foreach ((LogRecord record, _) in ReadAll(LogLines.Read(file, path), path))
            yield return record;
    }

    /// <summary>The same for lines that were already read.</summary>
    public static IEnumerable<(LogRecord Record, LogLine Line)> ReadAll(IEnumerable<LogLine> lines, string path)
    {
        bool ended = false;
        foreach (LogLine line in lines)
        {
            if (!line.Ended || line.Blank)
                continue;
            if (ended)
                throw new InvalidDataException($"{path}, line {line.Number}: it comes after the end of the log.");
            LogRecord record = Parse(line.Text, path, line.Number);
            ended = record.End is not null;
            yield return (record, line);
        }
    }

    /// <exception cref="InvalidDataException">The text is not a record; the message names the line.</exception>
    public static LogRecord Parse(string text, string path, int line)
    {
        try
        {
            LogRecordDocument document = JsonSerializer.Deserialize(text, LogJson.Lines.LogRecordDocument)
                ?? throw new ArgumentException("null is not a record");
            return Of(document, path, line);
        }
        catch (Exception e) when (e is JsonException or ArgumentException or OverflowException)
        {
            throw new InvalidDataException($"{path}, line {line}: not a line of a log ({e.Message})", e);
        }
    }

    public string ToJson() => JsonSerializer.Serialize(
        Entry is { } entry
            ? new LogRecordDocument(Fingerprint, entry.Index, entry.Label, entry.Seconds, entry.Certificate, entry.Prediction,
                Transferred: entry.Transferred, Soft: entry.Soft)
            : new LogRecordDocument(Fingerprint, Skipped?.Index, Skipped: Skipped?.Reason, End: End),
        LogJson.Lines.LogRecordDocument);

    private static LogRecord Of(LogRecordDocument document, string path, int line)
    {
        if (document.End is { } end)
            return new LogRecord(document.Fingerprint, End: end);
        if (document.Index is not (>= 0 and var index))
            throw new ArgumentException("an image has an index of at least 0");
        if (document.Skipped is { } reason)
            return new LogRecord(document.Fingerprint, Skipped: new SkippedImage(index, reason));
        if (document.Label is not { } label || document.Seconds is not { } seconds)
            throw new ArgumentException("label or seconds are missing");
        CertificationLogEntry entry = new()
        {
            Fingerprint = document.Fingerprint,
            Index = index,
            Label = label,
            Seconds = seconds,
            Certificate = document.Certificate,
            Transferred = document.Transferred,
            Soft = document.Soft,
            Prediction = document.Prediction,
        };
        entry.Check(path, line);
        return Of(entry);
    }
}
