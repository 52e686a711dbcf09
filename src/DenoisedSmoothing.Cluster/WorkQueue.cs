using DenoisedSmoothing.Cluster.Storage;

namespace DenoisedSmoothing.Cluster;

/// <summary>Opens work queues.</summary>
public static class WorkQueue
{
    /// <summary>Opens a queue; nothing is read or written yet.</summary>
    /// <param name="location">
    /// A file's path, for the workers of one machine (SQLite), or a PostgreSQL database: <c>Host=db;Database=runs;Username=me</c> or
    /// <c>postgres://me@db/runs</c>. Keep the password in the environment (PGPASSWORD) or in ~/.pgpass.
    /// </param>
    /// <param name="options">How it is used.</param>
    /// <exception cref="ArgumentException">The location is neither.</exception>
    public static IWorkQueue Open(string location, QueueOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(location);
        options ??= new QueueOptions();
        return PostgresLocation.TryRead(location) is { } server
            ? new SqlQueue(new PostgresDatabase(server), options)
            : new SqlQueue(new SqliteDatabase(location), options);
    }
}
