using DenoisedSmoothing.Aces;

namespace DenoisedSmoothing.Logs;

/// <summary>
/// Writes rows that survive their process: a TSV, with its settings beside it (<c>LOG.meta.json</c>) before the first row.
/// </summary>
/// <remarks>
/// Every row is one write, flushed to the disk. Killed at any moment, a run that is resumed cuts the table back to the rows that stand
/// whole. Only one process at a time can write (<c>LOG.lock</c> is beside it until it is finished); others can read meanwhile. Not safe
/// for concurrent use; rows come in ascending order of their index.
/// </remarks>
public sealed class AcesLogWriter : IDisposable
{
    private readonly FileStream _table;
    private readonly LogLock _lock;
    private bool _failed, _ended;

    private AcesLogWriter(FileStream table, LogLock alone, IReadOnlyList<AcesRow> rows)
    {
        (_table, _lock, Finished) = (table, alone, rows);
        LastIndex = rows.Count > 0 ? rows[^1].Index : -1;
    }

    /// <summary>The rows that stood there when it was opened: none of a new one.</summary>
    public IReadOnlyList<AcesRow> Finished { get; }

    /// <summary>The index of the last image; -1 where there is none.</summary>
    public long LastIndex { get; private set; }

    /// <summary>Opens a table for writing.</summary>
    /// <param name="path">The TSV file; its settings get its name and a suffix.</param>
    /// <param name="meta">The run's settings, of the kind <see cref="CertificationLogKind.Aces"/>.</param>
    /// <param name="resume">Continue rows that are there; where there are none, they are begun either way.</param>
    /// <exception cref="LogInUseException">Another process is writing it.</exception>
    /// <exception cref="IOException">Rows are there and <paramref name="resume"/> is false, or a file cannot be written.</exception>
    /// <exception cref="InvalidDataException">The rows there have other settings, each of which is named, or were damaged or
    /// edited.</exception>
    public static AcesLogWriter Open(string path, CertificationLogMeta meta, bool resume)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(meta);
        if (meta.Kind != CertificationLogKind.Aces)
            throw new ArgumentException($"These are the settings of a log of kind {meta.Kind}.", nameof(meta));
        if (!resume)
            CertificationLogWriter.RefuseExisting(path);
        LogLock alone = LogLock.Take(path);
        FileStream? table = null;
        try
        {
            table = CertificationLogWriter.OpenToWrite(path);
            if (!resume)
                CertificationLogWriter.RefuseExisting(path);
            if (CertificationLogMeta.Find(path) is { } there)
                GoOn(path, there, meta);
            else if (table.Length > 0)
                throw CertificationLogMeta.Missing(path);
            else
                meta.Write(path);
            return new AcesLogWriter(table, alone, Recover(path, table));
        }
        catch
        {
            table?.Dispose();
            alone.Dispose();
            throw;
        }
    }

    /// <summary>Writes a row.</summary>
    /// <param name="row">Of an index above <see cref="LastIndex"/>.</param>
    /// <exception cref="ArgumentException">The index is not above the last one.</exception>
    public void Append(AcesRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        if (_failed)
            throw new InvalidOperationException("An earlier row could not be written whole. Resume the run.");
        if (row.Index <= LastIndex)
            throw new ArgumentException($"Image {row.Index} comes after image {LastIndex}; rows are in ascending order.", nameof(row));
        _failed = true;
        CertificationLogWriter.Write(_table, row.ToString(), flush: true);
        _failed = false;
        LastIndex = row.Index;
    }

    /// <summary>Says that the last row is written, so that no lock is left behind.</summary>
    public void End() => _ended = true;

    /// <inheritdoc/>
    public void Dispose()
    {
        _table.Dispose();
        if (_ended)
            _lock.Remove();
        else
            _lock.Dispose();
    }

    private static void GoOn(string path, CertificationLogMeta there, CertificationLogMeta meta)
    {
        there.RequireSameRun(meta, path);
        // Nothing says which of the rows the new software computes.
        if (there.Notes.TryGetValue(CertificationLogMeta.SoftwareNote, out string? begun)
            && begun != meta.Notes.GetValueOrDefault(CertificationLogMeta.SoftwareNote))
        {
            Dictionary<string, string> notes = new(there.Notes);
            notes.Remove(CertificationLogMeta.SoftwareNote);
            (there with { Notes = notes }).Write(path);
        }
    }

    /// <summary>Reads the rows that are whole, cuts off what is behind them, and writes the header where it is not whole.</summary>
    private static List<AcesRow> Recover(string path, FileStream table)
    {
        List<AcesRow> rows = [];
        long end = 0;
        foreach (LogLine line in LogLines.Read(table, path).TakeWhile(static line => line.Ended))
        {
            if (line.Number > 1)
                rows.Add(Row(path, line, rows.Count > 0 ? rows[^1].Index : -1));
            else
                AcesLog.RequireHeader(path, line);
            end = line.End;
        }

        table.SetLength(end);
        table.Seek(0, SeekOrigin.End);
        if (end == 0)
            CertificationLogWriter.Write(table, AcesRow.Header, flush: true);
        table.Flush(flushToDisk: true);
        return rows;
    }

    private static AcesRow Row(string path, LogLine line, long last)
    {
        AcesRow row = AcesLog.Row(path, line, last);
        return row.Follows ? row : throw new InvalidDataException(
            $"{path}, line {line.Number}: the answer is not what selection, label and core make of it; the file was edited.");
    }
}
