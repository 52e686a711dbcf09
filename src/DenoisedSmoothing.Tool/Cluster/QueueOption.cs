using System.CommandLine;
using System.Globalization;
using DenoisedSmoothing.Cluster;

namespace DenoisedSmoothing.Tool;

/// <summary>Options that name a queue, and a run in it.</summary>
internal sealed class QueueOption
{
    // A user is waiting for an answer; a worker waits longer.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    public Option<string> Queue { get; } = new("--queue")
    {
        Required = true,
        HelpName = "where",
        Description = "The queue: a file, for the processes of one machine (SQLite), or PostgreSQL, as "
            + "\"Host=db;Database=runs;Username=me\" or postgres://me@db/runs, with the password in PGPASSWORD or ~/.pgpass",
    };

    public Option<string?> Run { get; } = new Option<string?>("--run")
    {
        HelpName = "name",
        Description = "The run's name [default: the queue's only one]",
    }
        .Check(static name => !string.IsNullOrWhiteSpace(name), "--run takes a name.");

    public OptionGroup All => new("Queue", [Queue, Run]);

    /// <summary>Opens the queue.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="patience">How long to wait for a database that does not answer; null for half a minute.</param>
    public IWorkQueue Open(ParseResult parsed, TimeSpan? patience = null) =>
        WorkQueue.Open(parsed.GetRequiredValue(Queue), new QueueOptions { Patience = patience ?? s_patience });

    /// <summary>Finds the named run, or the only one.</summary>
    /// <exception cref="ArgumentException">There is no such run, or there are several.</exception>
    public async Task<QueuedRun> FindAsync(ParseResult parsed, IWorkQueue queue, CancellationToken cancellationToken)
    {
        IReadOnlyList<QueuedRun> runs = await queue.RunsAsync(cancellationToken);
        string names = string.Join(", ", runs.Select(static run => run.Name));
        return parsed.GetValue(Run) is { } name
            ? runs.SingleOrDefault(run => run.Name == name) ?? throw new ArgumentException(
                $"{queue.Name} has no run '{name}'; it has {(runs.Count == 0 ? "none" : names)}.")
            : runs.Count switch
            {
                0 => throw new ArgumentException($"{queue.Name} has no run yet: dds enqueue puts one in."),
                1 => runs[0],
                _ => throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                    $"{queue.Name} has {runs.Count} runs: name one with --run, of {names}.")),
            };
    }
}
