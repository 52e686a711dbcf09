using System.Text;
using DenoisedSmoothing.Soft;
using DenoisedSmoothing.Transfer;

namespace DenoisedSmoothing.Logs;

/// <summary>
/// Writes a log that survives its process: the TSV, JSON lines beside it (<c>LOG.jsonl</c>) with the whole certificate, and the settings
/// (<c>LOG.meta.json</c>), which are written before the first line.
/// </summary>
/// <remarks>
/// Every line is one write, flushed to disk. A run may be killed at any moment: on resuming, both files are cut back to the lines that are
/// complete in both. Only one process at a time can write a log (<c>LOG.lock</c> is beside it until it is finished); others can read it
/// meanwhile. Not safe for concurrent use; lines come in increasing order of index.
/// </remarks>
public sealed class CertificationLogWriter : IDisposable
{
    private readonly FileStream _json, _table;
    private readonly LogLock _lock;
    private readonly CertificationLogMeta _meta;
    private readonly string _fingerprint;
    private long _images, _skipped;
    private bool _failed;

    private CertificationLogWriter(FileStream json, FileStream table, LogLock alone, CertificationLogMeta meta, LogRecovery there)
    {
        (_json, _table, _lock, _meta, _fingerprint, Finished) = (json, table, alone, meta, meta.Fingerprint, there.Rows);
        (LastIndex, HasEnded, _images, _skipped) = (there.LastIndex, there.HasEnded, there.Rows.Count, there.Skipped.Count);
        FinishedImages = [.. there.Rows.Select(static row => row.Index).Concat(there.Skipped.Select(static image => image.Index)).Order()];
    }

    /// <summary>The lines in the log when it was opened; empty for a new one.</summary>
    public IReadOnlyList<CertificationLogRow> Finished { get; }

    /// <summary>
    /// The indices of the images in the log when it was opened, answered or skipped, in increasing order. Logs of schema 1 do not say which
    /// were skipped.
    /// </summary>
    public IReadOnlyList<long> FinishedImages { get; }

    /// <summary>The index of the last image in the log, answered or skipped; -1 when there is none.</summary>
    public long LastIndex { get; private set; }

    /// <summary>Whether the log is finished: then it accepts no more lines.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Opens a log for writing.</summary>
    /// <param name="path">The TSV file; the other two get its name and a suffix.</param>
    /// <param name="meta">The run's settings.</param>
    /// <param name="resume">Whether to continue an existing log; if there is none, a new log is begun either way.</param>
    /// <exception cref="LogInUseException">Another process is writing it.</exception>
    /// <exception cref="IOException">A log exists and <paramref name="resume"/> is false, or a file cannot be written.</exception>
    /// <exception cref="InvalidDataException">The existing log has other settings (each is named), or was damaged or edited.</exception>
    public static CertificationLogWriter Open(string path, CertificationLogMeta meta, bool resume)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(meta);
        if (Directory.Exists(path))
            throw new IOException($"{path} is a folder; name a file for the log.");
        if (!resume)
            RefuseExisting(path);
        LogLock alone = LogLock.Take(path);
        FileStream? json = null, table = null;
        try
        {
            json = OpenToWrite(LogPaths.JsonLines(path));
            if (!resume)
                RefuseExisting(path);
            LogRecovery recovery = LogRecovery.Check(path, json, meta);
            if (recovery.IsNew)
                meta.Write(path);
            table = OpenToWrite(path);
            recovery.Cut(json, table);
            return new CertificationLogWriter(json, table, alone, meta, recovery);
        }
        catch
        {
            table?.Dispose();
            json?.Dispose();
            alone.Dispose();
            throw;
        }
    }

    /// <summary>Writes a certificate's line.</summary>
    /// <param name="index">The image's index in its data set, above <see cref="LastIndex"/>.</param>
    /// <param name="label">The true label, not negative.</param>
    /// <param name="certificate">The certificate.</param>
    /// <param name="time">How long the image took.</param>
    /// <exception cref="ArgumentException">The log holds predictions, or the index is not above the last one.</exception>
    public void Append(long index, int label, Certificate certificate, TimeSpan time)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        Append(index, label, time, certificate: certificate);
    }

    /// <summary>Writes the line of a transferred certificate.</summary>
    /// <param name="index">The image's index in its data set, above <see cref="LastIndex"/>.</param>
    /// <param name="label">The true label, not negative.</param>
    /// <param name="transferred">The certificate.</param>
    /// <param name="time">How long the transfer took.</param>
    /// <exception cref="ArgumentException">The log holds predictions, or the index is not above the last one.</exception>
    public void Append(long index, int label, TransferredCertificate transferred, TimeSpan time)
    {
        ArgumentNullException.ThrowIfNull(transferred);
        Append(index, label, time, transferred: transferred);
    }

    /// <summary>Writes the line of a certificate of mean scores.</summary>
    /// <param name="index">The image's index in its data set, above <see cref="LastIndex"/>.</param>
    /// <param name="label">The true label, not negative.</param>
    /// <param name="certificate">The certificate.</param>
    /// <param name="time">How long the image took.</param>
    /// <exception cref="ArgumentException">The log holds predictions, or the index is not above the last one.</exception>
    public void Append(long index, int label, SoftCertificate certificate, TimeSpan time)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        Append(index, label, time, soft: certificate);
    }

    /// <summary>Writes a prediction's line.</summary>
    /// <param name="index">The image's index in its data set, above <see cref="LastIndex"/>.</param>
    /// <param name="label">The true label, not negative.</param>
    /// <param name="prediction">The prediction.</param>
    /// <param name="time">How long the image took.</param>
    /// <exception cref="ArgumentException">The log holds certificates, or the index is not above the last one.</exception>
    public void Append(long index, int label, Prediction prediction, TimeSpan time)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        Append(index, label, time, prediction: prediction);
    }

    /// <summary>Notes a skipped image, only in the JSON lines: the table has the field's format.</summary>
    /// <param name="index">The image's index in its data set, above <see cref="LastIndex"/>.</param>
    /// <param name="reason">Why, in a sentence.</param>
    /// <exception cref="ArgumentException">The index is not above the last one.</exception>
    public void Skip(long index, string reason)
    {
        ArgumentException.ThrowIfNullOrEmpty(reason);
        Skip(new SkippedImage(index, reason), flush: true);
    }

    /// <summary>Marks the log as finished; without this it counts as unfinished. Does nothing if it already is.</summary>
    public void End()
    {
        if (HasEnded)
            return;
        CheckOpen();
        Write(_json, new LogRecord(_fingerprint, End: new LogEnd(_images, _skipped)).ToJson(), flush: true);
        HasEnded = true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _table.Dispose();
        _json.Dispose();
        if (HasEnded)
            _lock.Remove();
        else
            _lock.Dispose();
    }

    /// <summary>Writes an existing line.</summary>
    /// <param name="entry">A line from a log with the same settings.</param>
    /// <param name="flush">Whether the line must reach the disk at once.</param>
    internal void Append(CertificationLogEntry entry, bool flush)
    {
        CheckOpen();
        if (entry.Kind != _meta.Kind)
            throw new ArgumentException($"This is a log of kind {_meta.Kind}.", nameof(entry));
        CheckOrder(entry.Index);
        ArgumentOutOfRangeException.ThrowIfNegative(entry.Label);
        string line = LogText.Line(entry), json = LogRecord.Of(entry).ToJson();
        _failed = true;
        // In this order, but nothing depends on it: a resumed run keeps what is in both.
        Write(_json, json, flush);
        Write(_table, line, flush);
        _failed = false;
        LastIndex = entry.Index;
        _images++;
    }

    /// <summary>Notes a skipped image.</summary>
    internal void Skip(SkippedImage skipped, bool flush)
    {
        CheckOpen();
        CheckOrder(skipped.Index);
        _failed = true;
        Write(_json, new LogRecord(_fingerprint, Skipped: skipped).ToJson(), flush);
        _failed = false;
        LastIndex = skipped.Index;
        _skipped++;
    }

    internal static void Write(FileStream file, string line, bool flush)
    {
        // Where locks have no effect, as on some network file systems, a second writer is noticed here, before anything is overwritten.
        if (file.Length != file.Position)
            throw LogLock.InUse(file.Name);
        // One write: what a reader finds, or a kill leaves, is the line or, rarely, its beginning, never two halves out of order.
        file.Write(Encoding.UTF8.GetBytes(line + "\n"));
        if (flush)
            file.Flush(flushToDisk: true);
    }

    private void CheckOpen()
    {
        if (_failed)
            throw new InvalidOperationException("An earlier line could not be written whole. Resume the log.");
        if (HasEnded)
            throw new InvalidOperationException("The log is finished and takes no more lines.");
    }

    private void CheckOrder(long index)
    {
        if (index <= LastIndex)
            throw new ArgumentException($"Image {index} comes after image {LastIndex}; lines are in ascending order.", nameof(index));
    }

    /// <exception cref="IOException">A log already exists.</exception>
    internal static void RefuseExisting(string path)
    {
        foreach (string file in (string[])[path, LogPaths.JsonLines(path), LogPaths.Meta(path)])
        {
            if (new FileInfo(file) is { Exists: true, Length: > 0 })
                throw new IOException($"{file} is there already and will not be overwritten: resume the log, or choose another name.");
        }
    }

    /// <summary>Opens a file so that others can read it. A writer of version 1 has exclusive access to the JSON lines.</summary>
    internal static FileStream OpenToWrite(string file)
    {
        try
        {
            return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
        }
        catch (IOException e) when (LogLock.IsTaken(e))
        {
            throw LogLock.InUse(LogPaths.LogOf(file), e);
        }
    }

    private void Append(
        long index, int label, TimeSpan time, Certificate? certificate = null, TransferredCertificate? transferred = null,
        Prediction? prediction = null, SoftCertificate? soft = null) => Append(new CertificationLogEntry
    {
        Fingerprint = _fingerprint,
        Index = index,
        Label = label,
        Seconds = Math.Round(time.TotalSeconds, 6),
        Certificate = certificate,
        Transferred = transferred,
        Soft = soft,
        Prediction = prediction,
    }, flush: true);
}
