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

    private static readonly string[] s_run =
        ["--sigma", "0.5", "--n0", "10", "--n", "60", "--batch", "10", "--seed", "11", "--max", "8"];

    [SkippableFact]
    public async Task Run_with_a_fault_of_each_kind_gives_the_log_of_one_process()
    {
        string place = places.New(QueuePlaces.Postgres), whole = places.NewFile("whole.tsv");
        (await Dds.RunAsync(["certify", .. s_run, "--out", whole])).Exit.Should().Be(0);
        (await Dds.RunAsync(["enqueue", "--queue", place, "--run", "all", .. s_run])).Exit.Should().Be(0);
        await Round(place, "all", whole, Enum.GetValues<Fault>(), new Random(1), WorkerProcess.Real);
    }

    [SkippableFact]
    [Trait("Category", "Slow")]
    public async Task Fifty_runs_with_faults_give_fifty_times_the_log_of_one_process()
    {
        const int Rounds = 50, Images = 40;
        string whole = FakeLog.Write(FakeRun.Of(Images), Images, places.NewFile("whole.tsv"));
        string postgres = places.New(QueuePlaces.Postgres), file = places.New(QueuePlaces.Sqlite);
        Random random = new(2);
        Stopwatch clock = Stopwatch.StartNew();
        for (int round = 0; round < Rounds; round++)
        {
            // Every fault ten times, half of them on a file.
            Fault fault = (Fault)(round % 5);
            bool onFile = fault != Fault.RestartDatabase && round / 5 % 2 == 1;
            string place = onFile ? file : postgres, name = string.Create(CultureInfo.InvariantCulture, $"r{round}");
            await using (IWorkQueue queue = WorkQueue.Open(place))
            {
                await queue.CreateAsync();
                await queue.EnqueueAsync(FakeRun.Of(Images, name), FakeRun.Indices(Images));
            }

            await Round(place, name, whole, [fault], random, WorkerProcess.Fake);
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{round + 1} of {Rounds}: {fault} on {(onFile ? "SQLite" : "PostgreSQL")}, {clock.Elapsed.TotalSeconds:F0} s"));
        }
    }

    private async Task Round(string place, string name, string whole, Fault[] faults, Random random,
        Func<string, string, WorkerProcess> start)
    {
        await using IWorkQueue queue = WorkQueue.Open(place);
        QueuedRun run = (await queue.RunsAsync()).Single(its => its.Name == name);
        List<WorkerProcess> workers = [start(place, name), start(place, name)], gone = [];
        try
        {
            foreach (Fault fault in faults)
            {
                // In the middle of the work: someone has begun, or a little later.
                while (await queue.StatusAsync(run, [], TimeSpan.FromMinutes(1)) is { Done: 0, InWork: 0 })
                    await Task.Delay(20);
                await Task.Delay(random.Next(300));
                if (workers.All(static worker => worker.HasExited))
                    workers.Add(start(place, name));
                await Strike(fault, workers, gone, random, () => start(place, name));
            }

            // Someone is left, whatever happened.
            workers.Add(start(place, name));
            foreach (WorkerProcess worker in workers)
            {
                (int exit, string said, string error) = worker.Finish();
                exit.Should().Be(0, "{0} {1}", said, error);
            }
        }
        finally
        {
            workers.Concat(gone).ToList().ForEach(static worker => worker.Dispose());
        }

        (await queue.HasWorkAsync(run)).Should().BeFalse();
        string one = places.NewFile("1.tsv"), two = places.NewFile("2.tsv");
        await Task.WhenAll(QueueCollector.WriteAsync(queue, run, one), QueueCollector.WriteAsync(queue, run, two));
        LogFiles.ShouldBeEqual(one, whole);
        LogFiles.ShouldBeEqual(two, whole);
    }

    private async Task Strike(
        Fault fault, List<WorkerProcess> workers, List<WorkerProcess> gone, Random random, Func<WorkerProcess> start)
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
                // Longer than the lease: another takes what it has.
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
                workers.Add(start());
                break;
        }

        void Go(WorkerProcess worker)
        {
            workers.Remove(worker);
            gone.Add(worker);
        }
    }
}
