using System.Diagnostics;
using System.Globalization;
using DenoisedSmoothing.Tool.Tests;

namespace DenoisedSmoothing.Cluster.Tests;

/// <summary>Real workers with real models, whose processes and whose database are killed: the log is the same every time.</summary>
[Collection(QueueTests.Name)]
public sealed class FaultTests(QueuePlaces places, Xunit.Abstractions.ITestOutputHelper output)
{
    private enum Fault
    {
        Kill,
        Stall,
        RestartDatabase,
        Leave,
        Join,
    }

    private const int Images = 8;

    private static readonly string[] s_run =
        ["--sigma", "0.5", "--n0", "10", "--n", "100", "--batch", "10", "--seed", "11", "--max", $"{Images}"];

    [SkippableFact]
    public async Task Run_with_a_fault_of_each_kind_gives_the_log_of_one_process() =>
        await Round(places.New(QueuePlaces.Postgres), "all", await Whole(), Enum.GetValues<Fault>(), new Random(1));

    [SkippableFact]
    [Trait("Category", "Slow")]
    public async Task Fifty_runs_with_faults_give_fifty_times_the_log_of_one_process()
    {
        const int Rounds = 50;
        string whole = await Whole(), postgres = places.New(QueuePlaces.Postgres), file = places.New(QueuePlaces.Sqlite);
        Random random = new(2);
        Stopwatch clock = Stopwatch.StartNew();
        for (int round = 0; round < Rounds; round++)
        {
            // Every fault ten times; those of a file on SQLite in turn.
            Fault fault = (Fault)(round % 5);
            bool onFile = fault != Fault.RestartDatabase && round / 5 % 2 == 1;
            await Round(onFile ? file : postgres, string.Create(CultureInfo.InvariantCulture, $"r{round}"), whole, [fault], random);
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{round + 1} of {Rounds}: {fault} on {(onFile ? "SQLite" : "PostgreSQL")}, {clock.Elapsed.TotalSeconds:F0} s"));
        }
    }

    private async Task Round(string place, string name, string whole, Fault[] faults, Random random)
    {
        (int exit, _, string error) = await Dds.RunAsync(["enqueue", "--queue", place, "--run", name, .. s_run]);
        exit.Should().Be(0, error);
        await using IWorkQueue queue = WorkQueue.Open(place);
        QueuedRun run = (await queue.RunsAsync()).Single(its => its.Name == name);
        List<WorkerProcess> workers = [Worker(place, name), Worker(place, name)], gone = [];
        try
        {
            foreach (Fault fault in faults)
            {
                // In the middle of the work: someone has begun, or a little later.
                while (await queue.StatusAsync(run, [], TimeSpan.FromMinutes(1)) is { Done: 0, InWork: 0 })
                    await Task.Delay(20);
                await Task.Delay(random.Next(300));
                if (workers.All(static worker => worker.HasExited))
                    workers.Add(Worker(place, name));
                await Strike(fault, place, name, workers, gone, random);
            }

            // Someone is left, whatever happened.
            if (workers.Count == 0)
                workers.Add(Worker(place, name));
            foreach (WorkerProcess worker in workers)
            {
                (exit, string said, error) = worker.Finish();
                exit.Should().Be(0, "{0} {1}", said, error);
            }
        }
        finally
        {
            workers.Concat(gone).ToList().ForEach(static worker => worker.Dispose());
        }

        // Where all others had ended when the last was killed, what it held is still to do.
        if (await queue.HasWorkAsync(run))
            (await Dds.RunAsync("work", "--queue", place, "--run", name)).Exit.Should().Be(0);
        string one = places.NewFile("1.tsv"), two = places.NewFile("2.tsv");
        await Task.WhenAll(QueueCollector.WriteAsync(queue, run, one), QueueCollector.WriteAsync(queue, run, two));
        LogFiles.ShouldBeEqual(one, whole);
        LogFiles.ShouldBeEqual(two, whole);
    }

    private async Task Strike(
        Fault fault, string place, string name, List<WorkerProcess> workers, List<WorkerProcess> gone, Random random)
    {
        WorkerProcess one = workers[random.Next(workers.Count)];
        switch (fault)
        {
            case Fault.Kill:
                one.Signal("KILL");
                Go(one);
                break;
            case Fault.Stall:
                one.Signal("STOP");
                // Longer than the lease: another takes what it has, if there is another.
                await Task.Delay(TimeSpan.FromSeconds(2));
                one.Signal("CONT");
                break;
            case Fault.RestartDatabase:
                places.Server.Crash();
                break;
            case Fault.Leave:
                one.Signal("INT");
                Go(one);
                break;
            case Fault.Join:
                workers.Add(Worker(place, name));
                break;
        }

        void Go(WorkerProcess worker)
        {
            workers.Remove(worker);
            gone.Add(worker);
        }
    }

    private static WorkerProcess Worker(string place, string name) =>
        WorkerProcess.Start("work", "--queue", place, "--run", name, "--lease", "1");

    private async Task<string> Whole()
    {
        string whole = places.NewFile("whole.tsv");
        (await Dds.RunAsync(["certify", .. s_run, "--out", whole])).Exit.Should().Be(0);
        return whole;
    }
}
