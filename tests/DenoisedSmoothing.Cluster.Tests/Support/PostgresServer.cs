using System.Diagnostics;
using Npgsql;

namespace DenoisedSmoothing.Cluster.Tests;

/// <summary>A PostgreSQL server of the tests' own, in a temporary folder and on a socket there.</summary>
public sealed class PostgresServer : IDisposable
{
    // A server refuses to run as root.
    private const string Account = "postgres", Switch = "/usr/bin/setpriv";

    private static readonly string[] s_places =
        [.. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':'), .. Installed("/usr/lib/postgresql"), "/usr/local/pgsql/bin"];

    private readonly string _folder;
    private int _databases;

    private PostgresServer(string folder) => _folder = folder;

    /// <summary>Starts a server.</summary>
    /// <returns>Null where PostgreSQL is not installed.</returns>
    public static PostgresServer? TryStart()
    {
        if (OperatingSystem.IsWindows() || Find("initdb") is null || (Environment.UserName == "root" && !File.Exists(Switch)))
            return null;
        // Short: the name of a socket has at most 107 bytes.
        string folder = Directory.CreateTempSubdirectory("ddspg").FullName;
        if (Environment.UserName == "root")
            Process.Start("chown", [Account, folder])!.WaitForExit();
        PostgresServer server = new(folder);
        server.Run("initdb", "-D", server.Data, "-U", Account, "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C");
        server.Start();
        return server;
    }

    /// <summary>Makes an empty schema, which is cheaper than a database.</summary>
    /// <returns>Where it is, as a queue is named.</returns>
    public string NewDatabase()
    {
        string name = $"queue{Interlocked.Increment(ref _databases)}";
        using NpgsqlConnection connection = new(Location + ";Pooling=false");
        connection.Open();
        using NpgsqlCommand command = new($"CREATE SCHEMA {name}", connection);
        command.ExecuteNonQuery();
        return $"{Location};Search Path={name}";
    }

    /// <summary>Stops it as a crash does, and starts it again.</summary>
    public void Crash()
    {
        Stop();
        Start();
    }

    /// <summary>Stops it as a crash does: no client is told, nothing is written.</summary>
    public void Stop() => Run("pg_ctl", "-D", Data, "-m", "immediate", "-w", "stop");

    // Without fsync: it is the server that is killed here, not the machine.
    public void Start() => Run("pg_ctl", "-D", Data, "-l", Path.Combine(_folder, "log"), "-w",
        "-o", $"-k {_folder} -c listen_addresses='' -c fsync=off -c max_connections=200", "start");

    public void Dispose()
    {
        try
        {
            Stop();
        }
        finally
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    private string Data => Path.Combine(_folder, "data");

    private string Location => $"Host={_folder};Database={Account};Username={Account}";

    private static string? Find(string program) =>
        s_places.Select(place => Path.Combine(place, program)).FirstOrDefault(File.Exists);

    private static IEnumerable<string> Installed(string folder) => Directory.Exists(folder)
        ? Directory.GetDirectories(folder).OrderDescending(StringComparer.Ordinal).Select(version => Path.Combine(version, "bin"))
        : [];

    private void Run(string program, params string[] args)
    {
        string[] words = Environment.UserName == "root"
            ? [Switch, $"--reuid={Account}", $"--regid={Account}", "--clear-groups", Find(program)!, .. args]
            : [Find(program)!, .. args];
        // Not redirected: the server would keep the pipe open.
        ProcessStartInfo start = new("/bin/sh", ["-c", "exec \"$0\" \"$@\" >>\"$DDS_LOG\" 2>&1 </dev/null", .. words])
        {
            WorkingDirectory = _folder,
        };
        string log = Path.Combine(Path.GetTempPath(), Path.GetFileName(_folder) + ".log");
        start.Environment["DDS_LOG"] = log;
        using Process process = Process.Start(start)!;
        process.WaitForExit();
        string said = File.Exists(log) ? File.ReadAllText(log) : "";
        File.Delete(log);
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} ended with {process.ExitCode}: {said}");
    }
}
