namespace DenoisedSmoothing.Logs;

/// <summary>Joins the shards of a run into the log that the whole run would have written, except for times.</summary>
public static class CertificationLogMerge
{
    /// <summary>Merges shards.</summary>
    /// <param name="shards">The shards' TSV files, in any order, each with its JSON lines and settings beside it.</param>
    /// <param name="path">The merged TSV file; the other two get its name and a suffix.</param>
    /// <param name="partial">Whether to accept missing and unfinished shards, which otherwise are an error, including shards still being
    /// written, of which the lines so far are taken.</param>
    /// <param name="cancellationToken">Stops the merge; an unfinished merged log is left behind.</param>
    /// <returns>What is missing, one sentence each; empty when the run is complete.</returns>
    /// <exception cref="IOException">A file cannot be read or written, or the merged log already exists.</exception>
    /// <exception cref="InvalidDataException">
    /// The shards' settings differ (each difference is named), an image is in two of them, one is damaged, or some are missing.
    /// </exception>
    /// <exception cref="OperationCanceledException">The merge was stopped.</exception>
    public static IReadOnlyList<string> Run(IReadOnlyList<string> shards, string path, bool partial, CancellationToken cancellationToken =
        default)
    {
        ArgumentNullException.ThrowIfNull(shards);
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (shards.Count == 0)
            throw new ArgumentException("There are no shards to merge.", nameof(shards));
        List<(string Path, CertificationLogMeta Meta)> parts = [.. shards.Select(static shard => (shard, MetaOf(shard)))];
        CertificationLogMeta first = parts[0].Meta;
        foreach ((string shard, CertificationLogMeta meta) in parts.Skip(1))
        {
            if (first.DifferencesTo(meta) is { Count: > 0 } differences)
                throw new InvalidDataException(
                    $"{parts[0].Path} (there) and {shard} (now) have different settings and cannot be merged:\n  "
                    + $"{string.Join("\n  ", differences)}");
        }

        ShardState[] states = [.. parts.Select(part => ShardState.Of(part.Path, part.Meta, partial, cancellationToken))];
        List<string> missing = [.. MissingShards(parts), .. states.Select(static state => state.Unfinished).OfType<string>()];
        CheckDistinct(states, cancellationToken);
        if (missing.Count > 0 && !partial)
            throw new InvalidDataException($"The run is not complete:\n  {string.Join("\n  ", missing)}");

        // What all shards noted is true for the whole.
        Dictionary<string, string> notes =
            new(first.Notes.Where(note => parts.All(part => part.Meta.Notes.GetValueOrDefault(note.Key) == note.Value)))
        {
            ["merged"] = string.Join(", ", shards),
        };
        if (missing.Count > 0)
            notes["missing"] = string.Join(" ", missing);
        CertificationLogMeta whole = first with
        {
            Shard = null,
            Rows = missing.Count == 0 && parts.All(static part => part.Meta.Rows is not null)
                ? parts.Sum(static part => part.Meta.Rows!.Value)
                : null,
            Schema = CertificationLogMeta.CurrentSchema,
            Notes = notes,
        };
        using CertificationLogWriter writer = CertificationLogWriter.Open(path, whole, resume: false);
        foreach ((LogRecord record, _) in InOrder(states))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (record.Entry is { } entry)
                writer.Append(entry, flush: false);
            else
                writer.Skip(record.Skipped!, flush: false);
        }

        if (missing.Count == 0)
            writer.End();
        return missing;
    }

    private static CertificationLogMeta MetaOf(string shard)
    {
        LogFileKind.Check(shard);
        return CertificationLogMeta.Find(shard)
            ?? throw new InvalidDataException(
                $"{shard} has no {CertificationLogMeta.PathFor(shard)} beside it, so its settings are not known and it cannot be merged.");
    }

    private static IEnumerable<string> MissingShards(List<(string Path, CertificationLogMeta Meta)> parts)
    {
        if (parts.Count > 1 && parts.Find(static part => part.Meta.Shard is null) is { Path: { } lone })
            throw new InvalidDataException($"{lone} is a whole run and no shard of one.");
        if (parts[0].Meta.Shard is null)
            yield break;
        List<(string Path, int Index, int Count)> numbers = [.. parts.Select(static part => Number(part.Path, part.Meta.Shard!))];
        foreach ((string path, int index, int count) in numbers)
        {
            if (count != numbers[0].Count)
                throw new InvalidDataException(
                    $"{numbers[0].Path} is one of {numbers[0].Count} shards, {path} one of {count}: they are of different runs.");
            if (numbers.Find(number => number.Index == index) is var same && same.Path != path)
                throw new InvalidDataException($"{same.Path} and {path} are both shard {index}/{count}.");
        }

        foreach (int index in Enumerable.Range(1, numbers[0].Count).Except(numbers.Select(static number => number.Index)))
            yield return $"Shard {index}/{numbers[0].Count} is missing.";
    }

    private static (string Path, int Index, int Count) Number(string path, string shard)
    {
        string[] parts = shard.Split('/');
        return parts.Length == 2
            && PlainNumber.TryParseWhole(parts[0], out int index)
            && PlainNumber.TryParseWhole(parts[1], out int count)
            && index >= 1 && index <= count
            ? (path, index, count)
            : throw new InvalidDataException($"{path}: '{shard}' is not a shard; one is written as 2/4.");
    }

    private static void CheckDistinct(ShardState[] shards, CancellationToken cancellationToken)
    {
        long last = -1;
        string lastPath = "";
        foreach ((LogRecord record, string path) in InOrder(shards))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (record.Index == last)
                throw new InvalidDataException($"Image {last} is in {lastPath} and in {path}.");
            (last, lastPath) = (record.Index!.Value, path);
        }
    }

    /// <summary>
    /// All lines of images by index, holding one from each shard at a time: with a thousand classes, a run's votes take much memory.
    /// </summary>
    private static IEnumerable<(LogRecord Record, string Path)> InOrder(ShardState[] shards)
    {
        PriorityQueue<(IEnumerator<LogRecord> Records, string Path), long> queue = new();
        List<IEnumerator<LogRecord>> open = [];
        try
        {
            foreach (ShardState shard in shards)
            {
                // What a running process has added meanwhile was not checked.
                open.Add(LogRecord.ReadAll(LogPaths.JsonLines(shard.Path))
                    .TakeWhile(record => record.Index is null || record.Index <= shard.Last)
                    .Where(static record => record.Index is not null).GetEnumerator());
                Advance((open[^1], shard.Path));
            }

            while (queue.TryDequeue(out (IEnumerator<LogRecord> Records, string Path) next, out _))
            {
                yield return (next.Records.Current, next.Path);
                Advance(next);
            }
        }
        finally
        {
            open.ForEach(static records => records.Dispose());
        }

        void Advance((IEnumerator<LogRecord> Records, string Path) shard)
        {
            if (shard.Records.MoveNext())
                queue.Enqueue(shard, shard.Records.Current.Index!.Value);
        }
    }
}
