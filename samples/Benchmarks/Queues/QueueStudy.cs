using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using DenoisedSmoothing.Cluster;
using DenoisedSmoothing.Cluster.Tests;

namespace DenoisedSmoothing.Benchmarks;

/// <summary>
/// Many workers in one process, each as dds work behaves towards a queue: it leases ten seconds of work, hands every image in when it is
/// done, renews its leases, and now and then is lost, whereupon another takes its place.
/// </summary>
internal sealed class QueueStudy(IWorkQueue queue, QueuedRun run, int workers, double secondsAnImage, double loss)
{
    private const double PortionSeconds = 10, LeaseSeconds = 20;

    private readonly ConcurrentQueue<double> _leases = new(), _answers = new(), _renewals = new();
    private long _finished, _leased, _lost, _late;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        long began = Stopwatch.GetTimestamp();
        Task all = Task.WhenAll(Enumerable.Range(0, workers).Select(worker => Task.Run(() => WorkAsync(worker, cancellationToken))));
        while (await Task.WhenAny(all, Task.Delay(TimeSpan.FromSeconds(10), cancellationToken)) != all)
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{Interlocked.Read(ref _finished)} images, {Stopwatch.GetElapsedTime(began).TotalSeconds:F0} s"));
        await all;
        double seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        Say($"{workers} workers, {_finished} images in {seconds:F1} s: {_finished / seconds:F0} images/s; {_lost} workers lost, ");
        Say($"{_leased - _finished - _late} images leased again, {_late} answers too late\n");
        Say($"calls per second: {(_leases.Count + _answers.Count + _renewals.Count) / seconds:F0}\n");
        Say($"| call | number | p50, ms | p99, ms | longest, ms |\n|---|---|---|---|---|\n");
        foreach ((string name, ConcurrentQueue<double> times) in new[]
        {
            ("lease", _leases), ("answer", _answers), ("renew", _renewals),
        })
        {
            double[] sorted = [.. times.Order()];
            if (sorted.Length > 0)
                Say($"| {name} | {sorted.Length} | {At(sorted, .5):F1} | {At(sorted, .99):F1} | {1000 * sorted[^1]:F0} |\n");
        }
    }

    private static double At(double[] sorted, double share) => 1000 * sorted[(int)(share * (sorted.Length - 1))];

    private static void Say(FormattableString text) => Console.Write(text.ToString(CultureInfo.InvariantCulture));

    private async Task WorkAsync(int number, CancellationToken stop)
    {
        Random random = new(number);
        TimeSpan lease = TimeSpan.FromSeconds(LeaseSeconds);
        QueueWorkerName name = QueueWorkerName.New();
        // Not all at the same moment.
        await Task.Delay(TimeSpan.FromSeconds(secondsAnImage * random.NextDouble()), stop);
        while (true)
        {
            int most = (int)Math.Clamp(PortionSeconds / secondsAnImage, 1, 256);
            IReadOnlyList<LeasedImage> leases = await TimedAsync(_leases, queue.LeaseAsync(run, name.Id, most, lease, stop));
            Interlocked.Add(ref _leased, leases.Count);
            if (leases.Count == 0)
            {
                if (!await queue.HasWorkAsync(run, stop))
                    return;
                await Task.Delay(TimeSpan.FromSeconds(5), stop);
                continue;
            }

            long renewed = Stopwatch.GetTimestamp();
            for (int i = 0; i < leases.Count; i++)
            {
                // Exponential, as the images of a sequential certifier are uneven.
                await Task.Delay(TimeSpan.FromSeconds(-Math.Log(1 - random.NextDouble()) * secondsAnImage), stop);
                if (random.NextDouble() < loss)
                {
                    Interlocked.Increment(ref _lost);
                    name = QueueWorkerName.New();
                    break;
                }

                int taken = await TimedAsync(_answers, queue.CompleteAsync(run, name.Id, [FakeRun.Result(run, leases[i])], stop));
                Interlocked.Add(ref _finished, taken);
                Interlocked.Add(ref _late, 1 - taken);
                if (Stopwatch.GetElapsedTime(renewed).TotalSeconds < LeaseSeconds / 4)
                    continue;
                renewed = Stopwatch.GetTimestamp();
                await TimedAsync(_renewals, queue.RenewAsync(run, name, [.. leases.Skip(i + 1)], lease, stop));
            }
        }
    }

    private static async Task<T> TimedAsync<T>(ConcurrentQueue<double> times, Task<T> call)
    {
        long began = Stopwatch.GetTimestamp();
        T result = await call;
        times.Enqueue(Stopwatch.GetElapsedTime(began).TotalSeconds);
        return result;
    }
}
