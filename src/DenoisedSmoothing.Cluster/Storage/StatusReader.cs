namespace DenoisedSmoothing.Cluster.Storage;

/// <summary>Reads the progress of a run.</summary>
internal static class StatusReader
{
    private const int Waiting = 0, InWork = 1, Done = 2, Poisoned = 3;

    public static Task<QueueStatus> ReadAsync(DatabaseCalls calls, QueueSql sql, QueuedRun run, IReadOnlyList<double> radii,
        TimeSpan window, CancellationToken cancellationToken) => calls.ReadAsync(async connection =>
    {
        (string, object) ofRun = ("@run", run.Id);
        Dictionary<long, long> counts = (await SqlQueue.ReadAllAsync(connection, sql.Counts,
            static row => (State: SqlQueue.Whole(row.GetValue(0)), Count: SqlQueue.Whole(row.GetValue(1))), cancellationToken, ofRun)
            .ConfigureAwait(false)).ToDictionary(static its => its.State, static its => its.Count);
        (string, object)[] parameters =
            [ofRun, ("@window", window.TotalSeconds), .. radii.Select(static (radius, i) => ($"@r{i}", (object)radius))];
        (long skipped, long abstained, long recent, double first, double now, long[] certified) = (await SqlQueue.ReadAllAsync(
            connection, sql.Tally(radii.Count), row => (SqlQueue.Whole(row.GetValue(0)), SqlQueue.Whole(row.GetValue(1)),
                SqlQueue.Whole(row.GetValue(2)), row.GetDouble(3), row.GetDouble(4),
                (long[])[.. radii.Select((_, i) => SqlQueue.Whole(row.GetValue(5 + i)))]), cancellationToken, parameters)
            .ConfigureAwait(false))[0];
        return new QueueStatus
        {
            Run = run,
            Time = SqlQueue.Time(now),
            Done = counts.GetValueOrDefault(Done),
            InWork = counts.GetValueOrDefault(InWork),
            Waiting = counts.GetValueOrDefault(Waiting),
            Poisoned = counts.GetValueOrDefault(Poisoned),
            Skipped = skipped,
            Abstained = abstained,
            Certified = [.. radii.Zip(certified)],
            // Over the window, or since the first answer if that is later.
            Rate = recent == 0 ? 0 : recent / Math.Max(1, Math.Min(window.TotalSeconds, now - first)),
            PoisonedImages = await SqlQueue.ReadAllAsync(connection, sql.Poisoned, static row => new PoisonedImage(
                SqlQueue.Whole(row.GetValue(0)), (int)SqlQueue.Whole(row.GetValue(1)), row.GetString(2)), cancellationToken, ofRun)
                .ConfigureAwait(false),
            Workers = await SqlQueue.ReadAllAsync(connection, sql.Workers, static row => new QueueWorkerStatus(
                new QueueWorkerName(row.GetString(0), row.GetString(1), (int)SqlQueue.Whole(row.GetValue(2))),
                SqlQueue.Time(row.GetDouble(3)), SqlQueue.Time(row.GetDouble(4)), SqlQueue.Whole(row.GetValue(5)) != 0,
                SqlQueue.Whole(row.GetValue(6))), cancellationToken, ofRun).ConfigureAwait(false),
        };
    }, cancellationToken);
}
