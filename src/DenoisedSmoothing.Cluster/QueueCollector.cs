using System.Globalization;
using DenoisedSmoothing.Logs;

namespace DenoisedSmoothing.Cluster;

/// <summary>Writes the log of a run from a queue: the one that a single process would have written, times apart.</summary>
public static class QueueCollector
{
    private const int Page = 500;

    /// <summary>
    /// Writes the log, a part at a time, so that memory does not grow with the run. Stopped in the middle it goes on where it was, and a
    /// finished log is refused.
    /// </summary>
    /// <param name="queue">The queue.</param>
    /// <param name="run">The run.</param>
    /// <param name="path">The TSV file; the other two get its name and a suffix.</param>
    /// <param name="partial">Write what there is of a run that is not complete, which otherwise is an error.</param>
    /// <param name="cancellationToken">Stops it; the log that is left is unfinished, and says so.</param>
    /// <returns>What is missing, a sentence each; empty when the run is complete.</returns>
    /// <exception cref="IOException">A file cannot be written, or is there and finished.</exception>
    /// <exception cref="InvalidDataException">The run is not complete, an answer is not of this run, or the log that was begun lacks
    /// one.</exception>
    public static async Task<IReadOnlyList<string>> WriteAsync(
        IWorkQueue queue, QueuedRun run, string path, bool partial = false, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(queue);
        ArgumentNullException.ThrowIfNull(run);
        ArgumentException.ThrowIfNullOrEmpty(path);
        QueueStatus status = await queue.StatusAsync(run, [], TimeSpan.FromMinutes(1), cancellationToken).ConfigureAwait(false);
        List<string> missing = [.. Missing(status)];
        if (missing.Count > 0 && !partial)
            throw new InvalidDataException($"The run '{run.Name}' is not complete:\n  {string.Join("\n  ", missing)}");

        // As dds merge does with shards that are missing: such a log is never taken for the whole.
        CertificationLogMeta meta = missing.Count == 0 ? run.Settings : run.Settings with
        {
            Rows = null,
            Notes = new Dictionary<string, string>(run.Settings.Notes) { ["missing"] = string.Join(" ", missing) },
        };
        using CertificationLogWriter writer = CertificationLogWriter.Open(path, meta, resume: missing.Count == 0);
        if (writer.HasEnded)
            throw new IOException($"{path} is there already, and finished: choose another name.");
        long begun = writer.LastIndex, last = -1;
        Queue<long> there = new(writer.FinishedImages);
        while (true)
        {
            IReadOnlyList<(long Image, string Line)> page =
                await queue.ResultsAsync(run, last, Page, cancellationToken).ConfigureAwait(false);
            if (page.Count == 0)
                break;
            foreach ((long image, string line) in page)
            {
                if (image > begun)
                    Write(writer, LogRecord.Parse(line, $"{queue.Name}, image {image}", 1), image, run);
                else if (!there.TryDequeue(out long first) || first != image)
                    throw Damaged(path, $"image {image} of the run is not in it, and image {begun} is, which comes later");
            }

            last = page[^1].Image;
        }

        if (there.TryPeek(out long foreign))
            throw Damaged(path, $"image {foreign} is in it, and is not one of this run's");
        if (missing.Count == 0)
            writer.End();
        return missing;
    }

    // One that went on behind the gap would end as a whole log that counts only what was left in it.
    private static InvalidDataException Damaged(string path, FormattableString what) => new(
        $"{path}: {what.ToString(CultureInfo.InvariantCulture)}; the file was edited or damaged. Collect into another file.");

    private static void Write(CertificationLogWriter writer, LogRecord record, long image, QueuedRun run)
    {
        if (record.Index != image || record.Fingerprint != run.Settings.Fingerprint)
            throw new InvalidDataException($"The answer of image {image} is not of the run '{run.Name}': the queue was changed by hand.");
        if (record.Entry is { } entry)
            writer.Append(entry, flush: false);
        else
            writer.Skip(record.Skipped!, flush: false);
    }

    private static IEnumerable<string> Missing(QueueStatus status)
    {
        if (status.Waiting + status.InWork is > 0 and var open)
            yield return string.Create(CultureInfo.InvariantCulture, $"{open} of {status.Run.Images} images are not done yet.");
        if (status.Poisoned > 0)
            yield return string.Create(CultureInfo.InvariantCulture, $"{status.Poisoned} images failed again and again, such as image ")
                + string.Create(CultureInfo.InvariantCulture, $"{status.PoisonedImages[0].Image}: {status.PoisonedImages[0].Error}");
    }
}
