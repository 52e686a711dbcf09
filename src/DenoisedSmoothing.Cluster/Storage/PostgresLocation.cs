using Npgsql;

namespace DenoisedSmoothing.Cluster.Storage;

/// <summary>The location of a PostgreSQL database, as typed.</summary>
internal static class PostgresLocation
{
    // Thousands of workers share one server: each keeps few connections, and not for long.
    private const int Connections = 2, IdleSeconds = 10, PruneSeconds = 5, Statements = 20;

    private static readonly string[] s_schemes = ["postgres", "postgresql"];

    private static readonly Dictionary<string, string> s_parameters = new(StringComparer.OrdinalIgnoreCase)
    {
        ["host"] = "Host", ["port"] = "Port", ["user"] = "Username", ["password"] = "Password", ["dbname"] = "Database",
        ["sslmode"] = "SSL Mode", ["sslrootcert"] = "Root Certificate", ["application_name"] = "Application Name",
        ["connect_timeout"] = "Timeout",
    };

    /// <summary>Reads a location.</summary>
    /// <returns>Null where it is not PostgreSQL's, but a file.</returns>
    /// <exception cref="ArgumentException">It begins like one, but is not one. The message repeats no value: one may be a
    /// password.</exception>
    public static NpgsqlConnectionStringBuilder? TryRead(string location)
    {
        NpgsqlConnectionStringBuilder builder = new()
        {
            MaxPoolSize = Connections,
            ConnectionIdleLifetime = IdleSeconds,
            ConnectionPruningInterval = PruneSeconds,
            ApplicationName = "dds",
            // The few statements of a queue are planned once for each connection.
            MaxAutoPrepare = Statements,
        };
        int scheme = location.IndexOf("://", StringComparison.Ordinal);
        if (scheme > 0 && s_schemes.Contains(location[..scheme], StringComparer.OrdinalIgnoreCase))
            ReadUri(location, builder);
        else if (IsPairs(location))
            ReadPairs(location, builder);
        else
            return null;
        return string.IsNullOrEmpty(builder.Host) || string.IsNullOrEmpty(builder.Database)
            ? throw new ArgumentException("--queue names a PostgreSQL server, and needs both Host and Database.")
            : builder;
    }

    private static bool IsPairs(string location) =>
        location.Split(';').Any(static pair => pair.Split('=') is [var key, _, ..]
            && key.Trim().ToLowerInvariant() is "host" or "server" or "database");

    private static void ReadPairs(string location, NpgsqlConnectionStringBuilder builder)
    {
        foreach (string pair in location.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            int equals = pair.IndexOf('=');
            if (equals < 0)
                throw new ArgumentException("--queue: the parts of a connection string are NAME=VALUE, with ; between them.");
            Set(builder, pair[..equals].Trim(), pair[(equals + 1)..].Trim());
        }
    }

    private static void ReadUri(string location, NpgsqlConnectionStringBuilder builder)
    {
        // libpq allows an empty host, for sockets; .NET's Uri does not.
        string filled = location.Replace(":///", "://localhost/", StringComparison.Ordinal);
        if (!Uri.TryCreate(filled, UriKind.Absolute, out Uri? uri))
            throw new ArgumentException("--queue: this is not the address of a database, such as postgres://me@server:5432/runs.");
        builder.Host = uri.Host;
        if (uri.Port > 0)
            builder.Port = uri.Port;
        if (uri.AbsolutePath.Trim('/') is { Length: > 0 } database)
            builder.Database = Uri.UnescapeDataString(database);
        string[] user = uri.UserInfo.Split(':', 2);
        if (user[0].Length > 0)
            builder.Username = Uri.UnescapeDataString(user[0]);
        if (user.Length > 1)
            builder.Password = Uri.UnescapeDataString(user[1]);
        foreach (string pair in uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = pair.Split('=', 2);
            Set(builder, s_parameters.GetValueOrDefault(parts[0], parts[0]), Uri.UnescapeDataString(parts.Length > 1 ? parts[1] : ""));
        }
    }

    private static void Set(NpgsqlConnectionStringBuilder builder, string key, string value)
    {
        try
        {
            builder[key] = value;
        }
        catch (Exception e) when (e is ArgumentException or FormatException or InvalidCastException or OverflowException)
        {
            throw new ArgumentException($"--queue: a PostgreSQL connection has no setting '{key}', or it cannot have this value.");
        }
    }
}
