using System.Diagnostics;
using System.Globalization;
using System.Net;
using DenoisedSmoothing;
using DenoisedSmoothing.AspNetCore;
using DenoisedSmoothing.Data;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using TorchSharp;

namespace Serving;

/// <summary>A bounded load test on the loopback; clients and server share the process and its cores.</summary>
internal static class LoadTest
{
    public static async Task RunAsync(LoadOptions options, CancellationToken cancellationToken)
    {
        (int mostInWork, int mostWaiting) = (0, 0);
        await using WebApplication app = Server.Build("http://127.0.0.1:0", served =>
        {
            if (options.Tiny)
                served.Load = (_, _) => new ServedPair(new TinyModel(options.PassMilliseconds), null);
            served.Sigmas = [0.5];
            (mostInWork, mostWaiting) = (served.MostInWork, served.MostWaiting);
            served.Noise = NoiseKeys.Fresh; // the same images are asked for again and again
        });
        await app.StartAsync(cancellationToken);
        try
        {
            SmoothedModel model = app.Services.GetRequiredService<SmoothedModel>();
            while (model.State == ModelState.Loading)
                await Task.Delay(50, cancellationToken);
            using HttpClient client = new(new SocketsHttpHandler { MaxConnectionsPerServer = 1024 })
            {
                BaseAddress = new Uri(app.Urls.Single()),
                Timeout = TimeSpan.FromMinutes(5),
            };
            byte[][] images = [.. Images()];
            string what = options.Tiny ? $"a tiny model, {options.PassMilliseconds} ms a pass" : "the bundled pair";
            Say($"{Environment.ProcessorCount} cores, {what}, radius {options.Radius}, {mostInWork} images in work, {mostWaiting} waiting");

            await MeasureAsync(client, images, options, clients: 4, cancellationToken); // warm
            Say("| clients | answered /s | p50 | p95 | p99 | refused | votes /s | MB |\n|---|---|---|---|---|---|---|---|");
            foreach (int clients in options.Clients)
                Say(await MeasureAsync(client, images, options, clients, cancellationToken));
            if (options.Requests > 0)
                await MemoryAsync(client, images, options, cancellationToken);
        }
        finally
        {
            await app.StopAsync(CancellationToken.None); // before it is disposed: requests may be in work
        }
    }

    private static async Task<string> MeasureAsync(
        HttpClient client, byte[][] images, LoadOptions options, int clients, CancellationToken cancellationToken)
    {
        using VoteCount votes = new();
        LoadTally tally = new();
        Stopwatch watch = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, clients).Select(async number =>
        {
            for (int i = number; watch.Elapsed.TotalSeconds < options.Seconds; i += clients)
                await AskAsync(client, images[i % images.Length], options.Radius, tally, cancellationToken);
        }));
        double seconds = watch.Elapsed.TotalSeconds;
        return string.Create(CultureInfo.InvariantCulture,
            $"| {clients} | {tally.Answered / seconds:F1} | {tally.Percentile(.5):F0} ms | {tally.Percentile(.95):F0} ms | "
            + $"{tally.Percentile(.99):F0} ms | {tally.Refused} | {votes.Total / seconds:F0} | {Resident():F0} |");
    }

    private static async Task MemoryAsync(HttpClient client, byte[][] images, LoadOptions options, CancellationToken cancellationToken)
    {
        Say("| requests | MB |\n|---|---|");
        LoadTally tally = new();
        int next = 0, step = Math.Max(1, options.Requests / 10);
        for (int done = 0; done < options.Requests; done += step)
        {
            int end = Math.Min(options.Requests, done + step);
            await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
            {
                for (int i = Interlocked.Increment(ref next); i <= end; i = Interlocked.Increment(ref next))
                    await AskAsync(client, images[i % images.Length], options.Radius, tally, cancellationToken);
            }));
            next = end;
            Say(string.Create(CultureInfo.InvariantCulture, $"| {end} | {Resident():F0} |"));
        }
    }

    private static async Task AskAsync(
        HttpClient client, byte[] image, double radius, LoadTally tally, CancellationToken cancellationToken)
    {
        long begun = Stopwatch.GetTimestamp();
        using ByteArrayContent body = new(image);
        using HttpResponseMessage response = await client.PostAsync(
            string.Create(CultureInfo.InvariantCulture, $"/predict?radius={radius}&shape=1,28,28"), body, cancellationToken);
        if (response.StatusCode == HttpStatusCode.ServiceUnavailable)
        {
            tally.Refuse();
            await Task.Delay(response.Headers.RetryAfter?.Delta ?? TimeSpan.FromSeconds(1), cancellationToken); // as it was asked to
            return;
        }

        response.EnsureSuccessStatusCode();
        await response.Content.ReadAsByteArrayAsync(cancellationToken);
        tally.Answer(Stopwatch.GetElapsedTime(begun));
    }

    private static IEnumerable<byte[]> Images()
    {
        LabeledImages test = FashionMnistPair.TestImages();
        for (int i = 0; i < 200; i++)
        {
            using torch.Tensor image = test.Image(i);
            yield return image.bytes.ToArray();
        }
    }

    private static double Resident() => Environment.WorkingSet / 1e6;

    private static void Say(string text) => Console.WriteLine(text);
}
