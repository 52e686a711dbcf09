using System.Data.Common;
using System.Globalization;
using System.Net.Sockets;
using Npgsql;

namespace DenoisedSmoothing.Cluster.Storage;

/// <summary>A queue in PostgreSQL, for any number of machines.</summary>
internal sealed class PostgresDatabase : IQueueDatabase
{
    private readonly NpgsqlDataSource _source;

    public PostgresDatabase(NpgsqlConnectionStringBuilder location)
    {
        Name = string.Create(CultureInfo.InvariantCulture, $"PostgreSQL {location.Host}:{location.Port}/{location.Database}");
        _source = NpgsqlDataSource.Create(location);
    }

    public string Name { get; }

    // Not clock_timestamp(), which changes while a statement runs, so that no index can be searched with it.
    public string Now => "extract(epoch FROM statement_timestamp())::double precision";

    public string Identity => "BIGINT GENERATED ALWAYS AS IDENTITY";

    public string SkipLocked => "FOR UPDATE SKIP LOCKED";

    // CREATE TABLE IF NOT EXISTS fails if two connections run it at once.
    public string LockSchema => "SELECT pg_advisory_xact_lock(6364637071);";

    // Without it the first minutes are spent on scans of the whole table, until the server analyses it by itself.
    public string Analyze => "ANALYZE dds_image";

    public string Tables => "SELECT table_name FROM information_schema.tables WHERE table_schema = ANY (current_schemas(false))";

    public string Rows(string parameter, params (string Name, string Type)[] columns) =>
        $"(SELECT {string.Join(", ", columns.Select(static (column, i) => $"(row_ ->> {i})::{column.Type} AS {column.Name}"))} "
        + $"FROM json_array_elements({parameter}::json) AS row_ LIMIT {parameter}Count)";

    public async Task<DbConnection> ConnectAsync(bool create, CancellationToken cancellationToken) =>
        await _source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);

    public async Task<DbTransaction?> BeginAsync(DbConnection connection, bool several, CancellationToken cancellationToken) =>
        several ? await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false) : null;

    public bool IsPassing(Exception error) => error switch
    {
        // Shutting down or starting up, too many connections, deadlocks, and whatever else the server itself calls transient.
        PostgresException { SqlState: var state } refused => refused.IsTransient
            || state.StartsWith("08", StringComparison.Ordinal) || state is PostgresErrorCodes.AdminShutdown
            or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow or PostgresErrorCodes.TooManyConnections,
        // The socket's file does not exist while the server starts.
        NpgsqlException lost => lost.IsTransient || lost.InnerException is IOException or SocketException or TimeoutException,
        _ => error is SocketException or TimeoutException or IOException { InnerException: SocketException },
    };

    public string Explain(DbException error) => error is not PostgresException refused ? error.Message
        : refused.SqlState != PostgresErrorCodes.InvalidPassword ? refused.MessageText
        : $"{refused.MessageText}. Is the password in PGPASSWORD or ~/.pgpass?";

    public ValueTask DisposeAsync() => _source.DisposeAsync();
}
