using System.Net.ServerSentEvents;
using System.Text.Json;

namespace DenoisedSmoothing.AspNetCore.Tests;

/// <summary>Votes as server-sent events.</summary>
public class StreamTests
{
    private static async Task<List<(string Type, JsonElement Data)>> EventsAsync(HttpResponseMessage response)
    {
        List<(string, JsonElement)> events = [];
        await using Stream stream = await response.Content.ReadAsStreamAsync();
        await foreach (SseItem<string> item in SseParser.Create(stream).EnumerateAsync())
            events.Add((item.EventType, JsonDocument.Parse(item.Data).RootElement));
        return events;
    }

    [Fact]
    public async Task Stream_votes_grow_and_end_in_the_answer_that_certify_gives()
    {
        await using TestServer server = await TestServer.StartAsync();
        using HttpResponseMessage response = await server.PostAsync("/certify/stream?sigma=0.5&radius=0.4", .56f);
        response.Content.Headers.ContentType!.MediaType.Should().Be("text/event-stream");
        List<(string Type, JsonElement Data)> events = await EventsAsync(response);
        events[^1].Type.Should().Be("answer");
        events[..^1].Should().NotBeEmpty().And.OnlyContain(e => e.Type == "votes");
        Certificate certificate = events[^1].Data.GetProperty("certificate").Deserialize<Certificate>()!;
        long[] drawn = [.. events[..^1].Where(e => e.Data.GetProperty("phase").GetString() == "estimation")
            .Select(e => e.Data.GetProperty("drawn").GetInt64())];
        drawn.Should().BeInAscendingOrder();
        drawn[^1].Should().Be(certificate.N);
        events[^1].Data.GetRawText().Should().Be((await server.AnswerAsync("/certify?sigma=0.5&radius=0.4", .56f)).GetRawText());
    }

    [Fact]
    public async Task Stream_fault_of_the_model_ends_in_a_problem()
    {
        await using TestServer server = await TestServer.StartAsync();
        server.Model.Before = _ => throw new InvalidOperationException("No such kernel.");
        using HttpResponseMessage response = await server.PostAsync("/certify/stream", .6f);
        List<(string Type, JsonElement Data)> events = await EventsAsync(response);
        events.Single().Type.Should().Be("problem");
        events.Single().Data.GetProperty("status").GetInt32().Should().Be(500);
    }

    [Fact]
    public async Task Stream_image_that_starts_again_counts_from_nothing()
    {
        // A fixed secret: how many passes it takes must not be a matter of luck.
        await using TestServer server = await TestServer.StartAsync(options => options.Secret = "AAECAwQFBgcICQoLDA0ODw==");
        int passes = 0;
        server.Model.Before = noisy => noisy.shape[0] == 32 && ++passes > 3
            ? throw new InvalidOperationException("DefaultCPUAllocator: can't allocate memory")
            : null;
        using HttpResponseMessage response = await server.PostAsync("/certify/stream?sigma=0.5&radius=0.4", .56f);
        List<(string Type, JsonElement Data)> events = await EventsAsync(response);
        Certificate certificate = events[^1].Data.GetProperty("certificate").Deserialize<Certificate>()!;
        certificate.Provenance!.Batch.Should().Be(16, "memory ran out in the middle, after votes had been shown");
        long[] selection = [.. events[..^1].Where(e => e.Data.GetProperty("phase").GetString() == "selection")
            .Select(e => e.Data.GetProperty("drawn").GetInt64())];
        selection.Should().Equal(certificate.N0, certificate.N0);
        events[^2].Data.GetProperty("drawn").GetInt64().Should().Be(certificate.N);
    }

    [Fact]
    public async Task Stream_client_gone_frees_its_place()
    {
        await using TestServer server = await TestServer.StartAsync();
        server.Model.Before = _ =>
        {
            Thread.Sleep(20);
            return null;
        };
        using CancellationTokenSource gone = new();
        Task<HttpResponseMessage> watching = server.PostAsync("/certify/stream", .5f, gone.Token);
        await TestServer.UntilAsync(() => server.Served.Queue.InWork == 1);
        await gone.CancelAsync();
        await TestServer.UntilAsync(() => server.Served.Queue.InWork == 0);
        await FluentActions.Awaiting(() => watching).Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task Stream_bad_request_is_a_plain_problem()
    {
        await using TestServer server = await TestServer.StartAsync();
        using HttpResponseMessage response = await server.PostAsync("/certify/stream?sigma=7", .6f);
        response.Content.Headers.ContentType!.MediaType.Should().Be("application/problem+json");
        await TestServer.JsonOf(response, 400);
    }
}
