using DenoisedSmoothing.Cluster.Storage;
using Npgsql;

namespace DenoisedSmoothing.Cluster.Tests;

/// <summary>Where a queue is, as typed; and a password that is typed is never repeated.</summary>
public sealed class LocationTests
{
    private const string Secret = "hunter2";

    [Theory]
    [InlineData("Host=db;Database=runs;Username=me", "db", 5432, "runs", "me")]
    [InlineData("server=db; port=6000; database=runs", "db", 6000, "runs", null)]
    [InlineData("postgres://me@db/runs", "db", 5432, "runs", "me")]
    [InlineData("postgresql://me@db:6000/my%20runs?sslmode=require", "db", 6000, "my runs", "me")]
    [InlineData("postgres:///runs?host=/var/run/postgresql&user=me", "/var/run/postgresql", 5432, "runs", "me")]
    public void TryRead_takes_both_forms(string typed, string host, int port, string database, string? user)
    {
        NpgsqlConnectionStringBuilder read = PostgresLocation.TryRead(typed)!;
        (read.Host, read.Port, read.Database, read.Username).Should().Be((host, port, database, user));
    }

    [Theory]
    [InlineData("runs.db")]
    [InlineData("folder/a=b;c.db")]
    [InlineData("runs/queue")]
    public void TryRead_leaves_files_alone(string typed) => PostgresLocation.TryRead(typed).Should().BeNull();

    [Theory]
    [InlineData("Host=db;Username=me;Password=hunter2")]
    [InlineData("Host=db;Database=runs;Pasword=hunter2")]
    [InlineData("Host=db;Database=runs;Port=hunter2")]
    [InlineData("postgres://me:hunter2@db")]
    [InlineData("postgres://me:hunter2@db:x/runs")]
    [InlineData("postgres://me@db/runs?nosuch=hunter2")]
    public void Open_refuses_what_is_no_location_without_repeating_values(string typed)
    {
        Action open = () => WorkQueue.Open(typed);
        open.Should().Throw<ArgumentException>().Which.ToString().Should().NotContain(Secret);
    }

    [Fact]
    public async Task Server_that_is_not_there_is_waited_for_and_then_named_without_the_password()
    {
        await using IWorkQueue queue = WorkQueue.Open($"Host=127.0.0.1;Port=1;Database=runs;Username=me;Password={Secret}",
            new QueueOptions { Patience = TimeSpan.FromMilliseconds(200) });
        queue.Name.Should().Be("PostgreSQL 127.0.0.1:1/runs");
        Func<Task> runs = () => queue.RunsAsync();
        (await runs.Should().ThrowAsync<QueueUnavailableException>()).Which.ToString().Should().Contain("127.0.0.1").And.NotContain(Secret);
    }
}
