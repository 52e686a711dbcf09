using System.Globalization;
using System.Runtime.InteropServices;

namespace DenoisedSmoothing.Cluster.Tests;

/// <summary>
/// These tests as a program: a worker as <c>dds work</c> is one, without models, so that fifty faults do not take an hour. Its arguments
/// are the queue, the run, the seconds of a lease and of an image.
/// </summary>
internal static class FakeWorker
{
    public static async Task<int> Main(string[] args)
    {
        using CancellationTokenSource stop = new();
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal =>
        {
            signal.Cancel = true;
            stop.Cancel();
        });
        await using IWorkQueue queue = WorkQueue.Open(args[0]);
        QueuedRun run = (await queue.RunsAsync()).Single(its => its.Name == args[1]);
        WorkerOptions options = new() { Lease = Seconds(args[2]), Portion = TimeSpan.FromSeconds(.2) };
        try
        {
            Console.WriteLine(await new QueueWorker(queue, run, FakeRun.Waiting(run, Seconds(args[3])), options)
                .RunAsync(cancellationToken: stop.Token));
            return 0;
        }
        catch (OperationCanceledException)
        {
            return 130;
        }
    }

    private static TimeSpan Seconds(string text) => TimeSpan.FromSeconds(double.Parse(text, CultureInfo.InvariantCulture));
}
