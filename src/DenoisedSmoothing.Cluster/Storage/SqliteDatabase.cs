using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace DenoisedSmoothing.Cluster.Storage;

/// <summary>A queue in a file, for the processes of one machine.</summary>
internal sealed class SqliteDatabase : IQueueDatabase
{
    // SQLite's result codes (sqlite.org/rescode.html).
    private const int Busy = 5, Locked = 6, NotADatabase = 26, CantOpen = 14;
    private const int BusySeconds = 20;

    private readonly string _connection;

    public SqliteDatabase(string path)
    {
        Name = path;
        if (Directory.Exists(path))
            throw new ArgumentException($"{path} is a folder: name a file for the queue.");
        _connection = new SqliteConnectionStringBuilder
        {
            DataSource = path,
            // How long SQLite itself waits for its turn.
            DefaultTimeout = BusySeconds,
        }.ToString();
    }

    public string Name { get; }

    public string Now => "((julianday('now') - 2440587.5) * 86400.0)";

    public string Identity => "INTEGER";

    // Only one connection writes at a time.
    public string SkipLocked => "";

    public string LockSchema => "";

    public string Analyze => "";

    public string Tables => "SELECT name FROM sqlite_master WHERE type = 'table'";

    public string Rows(string parameter, params (string Name, string Type)[] columns) =>
        $"(SELECT {string.Join(", ", columns.Select(static (column, i) => $"json_extract(value, '$[{i}]') AS {column.Name}"))} "
        + $"FROM json_each({parameter}) LIMIT {parameter}Count)";

    public async Task<DbConnection> ConnectAsync(bool create, CancellationToken cancellationToken)
    {
        if (!create && !File.Exists(Name))
            throw new FileNotFoundException($"There is no queue {Name}: dds enqueue makes one.", Name);
        SqliteConnection connection = new(_connection);
        try
        {
            await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
            using SqliteCommand command = connection.CreateCommand();
            // Readers do not wait for the writer. NORMAL: a machine that loses power may lose the last answers, which are then recomputed,
            // and all leases end with it.
            command.CommandText = "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;";
            command.ExecuteNonQuery();
            return connection;
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    // BEGIN IMMEDIATE: a transaction that begins by reading and then wants to write would be refused without waiting.
    public Task<DbTransaction?> BeginAsync(DbConnection connection, bool several, CancellationToken cancellationToken) =>
        Task.FromResult<DbTransaction?>(((SqliteConnection)connection).BeginTransaction(deferred: false));

    public bool IsPassing(Exception error) => error is SqliteException { SqliteErrorCode: Busy or Locked };

    public string Explain(DbException error) => error is not SqliteException { SqliteErrorCode: var code } ? error.Message : code switch
    {
        NotADatabase => "it is not an SQLite database. Name a separate file for the queue.",
        CantOpen => "it cannot be opened. Is its folder there, and is it writable?",
        _ => error.Message,
    };

    public ValueTask DisposeAsync()
    {
        using SqliteConnection connection = new(_connection);
        SqliteConnection.ClearPool(connection);
        return ValueTask.CompletedTask;
    }
}
