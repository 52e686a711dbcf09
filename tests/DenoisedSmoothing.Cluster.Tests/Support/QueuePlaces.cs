namespace DenoisedSmoothing.Cluster.Tests;

/// <summary>Fresh queues of either kind, and one server for a class of tests.</summary>
public sealed class QueuePlaces : IDisposable
{
    public const string Sqlite = "sqlite", Postgres = "postgres";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("dds-queue-");
    private readonly Lazy<PostgresServer?> _server = new(PostgresServer.TryStart);
    private int _files;

    public PostgresServer Server
    {
        get
        {
            Skip.If(_server.Value is null, "PostgreSQL is not installed (apt-get install postgresql).");
            return _server.Value!;
        }
    }

    /// <summary>Where a new queue can be.</summary>
    public string New(string kind) => kind == Postgres ? Server.NewDatabase() : NewFile("queue.db");

    /// <summary>A file's name that nothing has.</summary>
    public string NewFile(string name) => Path.Combine(_folder.FullName, $"{Interlocked.Increment(ref _files)}-{name}");

    public void Dispose()
    {
        if (_server.IsValueCreated)
            _server.Value?.Dispose();
        _folder.Delete(recursive: true);
    }
}
