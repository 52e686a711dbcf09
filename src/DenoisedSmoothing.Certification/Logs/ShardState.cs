namespace DenoisedSmoothing.Logs;

/// <summary>A shard whose lines have been checked.</summary>
/// <param name="Path">Its TSV file.</param>
/// <param name="Last">The index of the last image that was checked, answered or skipped; -1 where there is none.</param>
/// <param name="Unfinished">A sentence where it is not finished or does not say so.</param>
internal sealed record ShardState(string Path, long Last, string? Unfinished)
{
    /// <summary>Checks that both files of a shard agree.</summary>
    /// <param name="shard">The TSV file.</param>
    /// <param name="meta">Its settings.</param>
    /// <param name="partial">Whether the last lines may be in only one file, as left by a process that is writing now or was
    /// killed.</param>
    /// <param name="cancellationToken">Stops the check.</param>
    /// <exception cref="InvalidDataException">They do not; the message names the image.</exception>
    public static ShardState Of(string shard, CertificationLogMeta meta, bool partial, CancellationToken cancellationToken)
    {
        CertificationLog log = CertificationLog.Read(shard);
        Dictionary<long, CertificationLogRow> table = log.Rows.ToDictionary(static row => row.Index);
        string json = LogPaths.JsonLines(shard);
        long last = -1, count = 0, skipped = 0;
        foreach (LogRecord record in LogRecord.ReadAll(json).Where(static record => record.Index is not null))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (record.Fingerprint != meta.Fingerprint)
                throw new InvalidDataException(
                    $"{json}: image {record.Index} was made under other settings than {LogPaths.Meta(shard)} says.");
            if (record.Index <= last)
                throw new InvalidDataException($"{json}: image {record.Index} comes after image {last}; the file was edited.");
            if (record.Entry is not { } entry)
            {
                (last, skipped) = (record.Index!.Value, skipped + 1);
                continue;
            }

            // A killed run may have left a line in only one file: resuming it repairs that.
            if (!table.TryGetValue(entry.Index, out CertificationLogRow? row))
            {
                if (partial && count == table.Count)
                    return new ShardState(shard, last, Sentence(shard, meta, LogCompleteness.Unfinished, count + skipped));
                throw new InvalidDataException($"{shard} lacks image {entry.Index}, which {json} has: resume the shard first.");
            }

            last = entry.Index;
            if ((row.Label, row.Predicted, row.Radius) != (entry.Label, entry.ToRow().Predicted, entry.ToRow().Radius))
                throw new InvalidDataException(
                    $"{shard}, line {row.Line}: not what {json} holds for image {entry.Index}; the log was edited.");
            count++;
        }

        if (count != table.Count)
            throw new InvalidDataException($"{shard} has {table.Count} images, {json} {count}: resume the shard first.");
        return new ShardState(shard, last, Sentence(shard, meta, log.Completeness, count + skipped));
    }

    private static string? Sentence(string shard, CertificationLogMeta meta, LogCompleteness completeness, long images) =>
        completeness switch
        {
            LogCompleteness.Finished => null,
            LogCompleteness.Unfinished when meta.Rows is { } expected => $"{shard} is unfinished: {images} of {expected} images.",
            LogCompleteness.Unfinished => $"{shard} is unfinished: {images} images so far.",
            _ => $"{shard} does not say whether it is finished: {images} images. It is of an earlier version, which skipped images "
                + $"without saying so.",
        };
}
