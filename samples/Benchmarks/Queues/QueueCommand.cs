using System.CommandLine;
using System.Globalization;
using DenoisedSmoothing.Cluster;
using DenoisedSmoothing.Cluster.Tests;

namespace DenoisedSmoothing.Benchmarks;

/// <summary>The table of docs/scale-out-queue.md: a queue under many workers that compute nothing, some of which are lost.</summary>
internal static class QueueCommand
{
    private const int Portion = 256;

    public static Command Create()
    {
        Option<string> location = new("--queue") { Description = "A fresh queue: a file, or a PostgreSQL database", Required = true };
        Option<int> images = new("--images") { Description = "Images of the run", DefaultValueFactory = _ => 50_000 };
        Option<int> workers = new("--workers") { Description = "Workers at once", DefaultValueFactory = _ => 1000 };
        Option<double> seconds = new("--seconds") { Description = "What an image takes a worker", DefaultValueFactory = _ => 1 };
        Option<double> loss = new("--loss") { Description = "Probability that an image loses its worker", DefaultValueFactory = _ => .001 };
        Option<int> connections = new("--connections")
        {
            Description = "Connections that the workers share", DefaultValueFactory = _ => 20,
        };
        Option<string?> collect = new("--collect") { Description = "Write the run's log there, and measure it" };
        Option<bool> fill = new("--fill") { Description = "No workers: all answers are put in as fast as they go, to measure the log" };
        Command command = new("queue", "Leases per second, waiting times and losses of a work queue under workers that compute nothing.")
        {
            location, images, workers, seconds, loss, connections, collect, fill,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            string place = parsed.GetRequiredValue(location);
            if (place.Contains('='))
                place += string.Create(CultureInfo.InvariantCulture, $";Maximum Pool Size={parsed.GetValue(connections)}");
            await using IWorkQueue queue = WorkQueue.Open(place);
            await queue.CreateAsync(cancellationToken);
            int count = parsed.GetValue(images);
            long began = System.Diagnostics.Stopwatch.GetTimestamp();
            (QueuedRun run, _) = await queue.EnqueueAsync(FakeRun.Of(count), FakeRun.Indices(count), cancellationToken);
            Say($"{queue.Name}: {count} images enqueued in {Since(began):F1} s");
            if (parsed.GetValue(fill))
                await FillAsync(queue, run, cancellationToken);
            else
                await new QueueStudy(queue, run, parsed.GetValue(workers), parsed.GetValue(seconds), parsed.GetValue(loss))
                    .RunAsync(cancellationToken);
            if (parsed.GetValue(collect) is not { } log)
                return;
            began = System.Diagnostics.Stopwatch.GetTimestamp();
            PeakMemory.Reset();
            await QueueCollector.WriteAsync(queue, run, log, cancellationToken: cancellationToken);
            Say($"log of {count} rows in {Since(began):F1} s, at most {PeakMemory.Megabytes():F0} MB in this process");
        });
        return command;
    }

    private static async Task FillAsync(IWorkQueue queue, QueuedRun run, CancellationToken cancellationToken)
    {
        long began = System.Diagnostics.Stopwatch.GetTimestamp();
        while (await queue.LeaseAsync(run, "fill", Portion, TimeSpan.FromMinutes(1), cancellationToken) is { Count: > 0 } leases)
            await queue.CompleteAsync(run, "fill", [.. leases.Select(lease => FakeRun.Result(run, lease))], cancellationToken);
        Say($"filled in {Since(began):F1} s");
    }

    private static double Since(long began) => System.Diagnostics.Stopwatch.GetElapsedTime(began).TotalSeconds;

    private static void Say(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
