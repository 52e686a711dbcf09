using System.Data.Common;
using System.Diagnostics;
using System.Globalization;
using DenoisedSmoothing.Logs;

namespace DenoisedSmoothing.Cluster.Storage;

/// <summary>A queue in a database of either kind.</summary>
internal sealed class SqlQueue : IWorkQueue
{
    private const int LongestError = 2000;

    // Looking for expired leases more often would only cost time.
    private static readonly TimeSpan s_reapEvery = TimeSpan.FromSeconds(1);

    private readonly IQueueDatabase _database;
    private readonly QueueOptions _options;
    private readonly QueueSql _sql;
    private readonly DatabaseCalls _calls;
    private long _reaped;
    private bool _checked;

    public SqlQueue(IQueueDatabase database, QueueOptions options)
    {
        (_database, _options) = (database, options);
        (_sql, _calls) = (new QueueSql(database), new DatabaseCalls(database, options.Patience));
    }

    public string Name => _database.Name;

    public async Task CreateAsync(CancellationToken cancellationToken = default)
    {
        await _calls.WriteAsync(async connection =>
        {
            using DbCommand command = DatabaseCalls.Command(connection, _sql.Create);
            return await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }, cancellationToken, several: true, create: true).ConfigureAwait(false);
        await CheckAsync(cancellationToken).ConfigureAwait(false);
    }

    public async Task<(QueuedRun Run, bool Added)> EnqueueAsync(
        QueuedRun run, IReadOnlyCollection<int> images, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentException.ThrowIfNullOrWhiteSpace(run.Name);
        ArgumentNullException.ThrowIfNull(images);
        await CheckAsync(cancellationToken).ConfigureAwait(false);
        bool added = await _calls.WriteAsync(async connection =>
        {
            using DbCommand add = DatabaseCalls.Command(connection, _sql.AddRun, ("@name", run.Name), ("@command", run.Command),
                ("@settings", run.Settings.ToJson()), ("@images", (long)images.Count));
            if (await add.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is not { } id)
                return false;
            using DbCommand fill = DatabaseCalls.Command(connection, _sql.AddImages, ("@run", Whole(id)),
                ("@indices", JsonRows.Of(images)), ("@indicesCount", images.Count));
            await fill.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            return true;
        }, cancellationToken, several: true).ConfigureAwait(false);
        QueuedRun there = (await RunsAsync(cancellationToken).ConfigureAwait(false)).Single(its => its.Name == run.Name);
        if (there.Settings.DifferencesTo(run.Settings) is { Count: > 0 } differences)
            throw new InvalidDataException(
                $"{Name} has a run '{run.Name}' with other settings, which stays as it is. Choose another name:\n  "
                + string.Join("\n  ", differences));
        return (there, added);
    }

    public async Task<IReadOnlyList<QueuedRun>> RunsAsync(CancellationToken cancellationToken = default)
    {
        await CheckAsync(cancellationToken).ConfigureAwait(false);
        return await QueryAsync(_sql.Runs, row => new QueuedRun
        {
            Id = Whole(row.GetValue(0)),
            Name = row.GetString(1),
            Settings = CertificationLogMeta.Parse(row.GetString(2), $"{Name}, run '{row.GetString(1)}'"),
            Command = row.GetString(3),
            Images = Whole(row.GetValue(4)),
            Created = Time(row.GetDouble(5)),
        }, cancellationToken).ConfigureAwait(false);
    }

    public async Task<IReadOnlyList<LeasedImage>> LeaseAsync(
        QueuedRun run, string worker, int most, TimeSpan time, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentException.ThrowIfNullOrEmpty(worker);
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 1);
        await CheckAsync(cancellationToken).ConfigureAwait(false);
        long now = Stopwatch.GetTimestamp(), last = Interlocked.Read(ref _reaped);
        bool reap = (last == 0 || Stopwatch.GetElapsedTime(last, now) >= s_reapEvery)
            && Interlocked.CompareExchange(ref _reaped, now, last) == last;
        IReadOnlyList<LeasedImage> fresh = await Lease((reap ? _sql.Reap : "") + _sql.LeaseFresh, most).ConfigureAwait(false);
        return fresh.Count > 0 ? fresh : await Lease(_sql.LeaseTried, 1).ConfigureAwait(false);

        async Task<IReadOnlyList<LeasedImage>> Lease(string sql, int count)
        {
            List<LeasedImage> leases = await _calls.WriteAsync(connection => ReadAllAsync(connection, sql,
                static row => new LeasedImage(Whole(row.GetValue(0)), Whole(row.GetValue(1)), (int)Whole(row.GetValue(2))),
                cancellationToken, ("@run", run.Id), ("@worker", worker), ("@most", count), ("@time", time.TotalSeconds),
                ("@mostLosses", _options.MostLosses), ("@lostError", LostError)), cancellationToken).ConfigureAwait(false);
            leases.Sort(static (one, other) => one.Image.CompareTo(other.Image));
            return leases;
        }
    }

    public Task<int> RenewAsync(QueuedRun run, QueueWorkerName worker, IReadOnlyCollection<LeasedImage> leases, TimeSpan time,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(worker);
        string rows = JsonRows.Of(leases);
        return _calls.WriteAsync(connection => CountAsync(connection, _sql.Renew, cancellationToken, ("@run", run.Id),
            ("@worker", worker.Id), ("@host", worker.Host), ("@process", (long)worker.Process), ("@leases", rows),
            ("@leasesCount", leases.Count), ("@time", time.TotalSeconds)), cancellationToken);
    }

    public Task<int> CompleteAsync(
        QueuedRun run, string worker, IReadOnlyCollection<ImageResult> results, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(results);
        string rows = JsonRows.Of(results);
        return _calls.WriteAsync(connection => CountAsync(connection, _sql.Complete, cancellationToken, ("@run", run.Id),
            ("@worker", worker), ("@results", rows), ("@resultsCount", results.Count)), cancellationToken);
    }

    public Task FailAsync(QueuedRun run, LeasedImage lease, string error, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(error);
        // No database stores a text with NUL in it.
        string said = error.Replace('\0', ' ');
        return ExecuteAsync(_sql.Fail, cancellationToken, ("@run", run.Id), ("@image", lease.Image), ("@fence", lease.Fence),
            ("@error", said.Length > LongestError ? said[..LongestError] : said), ("@mostFailures", _options.MostFailures));
    }

    public Task LeaveAsync(QueuedRun run, QueueWorkerName worker, IReadOnlyCollection<LeasedImage> leases,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(worker);
        return ExecuteAsync(_sql.Leave, cancellationToken, ("@run", run.Id), ("@worker", worker.Id),
            ("@leases", JsonRows.Of(leases)), ("@leasesCount", leases.Count));
    }

    public async Task<bool> HasWorkAsync(QueuedRun run, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(run);
        return (await QueryAsync(_sql.HasWork, static row => Whole(row.GetValue(0)), cancellationToken, ("@run", run.Id))
            .ConfigureAwait(false))[0] == 1;
    }

    public Task<int> RetryPoisonedAsync(QueuedRun run, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(run);
        return ExecuteAsync(_sql.RetryPoisoned, cancellationToken, ("@run", run.Id));
    }

    public async Task<QueueStatus> StatusAsync(
        QueuedRun run, IReadOnlyList<double> radii, TimeSpan window, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(radii);
        await CheckAsync(cancellationToken).ConfigureAwait(false);
        return await StatusReader.ReadAsync(_calls, _sql, run, radii, window, cancellationToken).ConfigureAwait(false);
    }

    public async Task<IReadOnlyList<(long Image, string Line)>> ResultsAsync(
        QueuedRun run, long after, int most, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(run);
        return await QueryAsync(_sql.Results, static row => (Whole(row.GetValue(0)), row.GetString(1)), cancellationToken,
            ("@run", run.Id), ("@after", after), ("@most", most)).ConfigureAwait(false);
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    internal static long Whole(object value) => value switch
    {
        long whole => whole,
        int whole => whole,
        short whole => whole,
        decimal sum => (long)sum, // PostgreSQL's sums of bigint
        _ => throw new InvalidCastException($"The queue's database gave a {value.GetType().Name} where a whole number was asked for."),
    };

    internal static DateTimeOffset Time(double seconds) => DateTimeOffset.UnixEpoch.AddSeconds(seconds);

    internal static async Task<List<T>> ReadAllAsync<T>(DbConnection connection, string sql, Func<DbDataReader, T> row,
        CancellationToken cancellationToken, params (string Name, object Value)[] parameters)
    {
        using DbCommand command = DatabaseCalls.Command(connection, sql, parameters);
        using DbDataReader reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        List<T> rows = [];
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            rows.Add(row(reader));
        return rows;
    }

    private string LostError =>
        string.Create(CultureInfo.InvariantCulture, $"Its worker was lost {_options.MostLosses} times without an answer.");

    private static async Task<int> CountAsync(DbConnection connection, string sql, CancellationToken cancellationToken,
        params (string Name, object Value)[] parameters) =>
        (await ReadAllAsync(connection, sql, static _ => true, cancellationToken, parameters).ConfigureAwait(false)).Count;

    private Task<List<T>> QueryAsync<T>(string sql, Func<DbDataReader, T> row, CancellationToken cancellationToken,
        params (string Name, object Value)[] parameters) =>
        _calls.ReadAsync(connection => ReadAllAsync(connection, sql, row, cancellationToken, parameters), cancellationToken);

    private Task<int> ExecuteAsync(string sql, CancellationToken cancellationToken, params (string Name, object Value)[] parameters) =>
        _calls.WriteAsync(async connection =>
        {
            using DbCommand command = DatabaseCalls.Command(connection, sql, parameters);
            return await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }, cancellationToken);

    /// <summary>Refuses a database without the queue's tables, or with those of a later version.</summary>
    private async Task CheckAsync(CancellationToken cancellationToken)
    {
        if (_checked)
            return;
        if (!(await QueryAsync(_database.Tables, static row => row.GetString(0), cancellationToken).ConfigureAwait(false))
            .Contains(QueueSql.VersionTable))
            throw new InvalidDataException($"{Name} holds no queue: dds enqueue makes one.");
        List<long> versions = await QueryAsync($"SELECT version FROM {QueueSql.VersionTable}", static row => Whole(row.GetValue(0)),
            cancellationToken).ConfigureAwait(false);
        if (versions is not [QueueSql.Version])
            throw new InvalidDataException($"{Name} holds a queue of version {string.Join(", ", versions)}; "
                + $"this program knows version {QueueSql.Version}.");
        _checked = true;
    }
}
