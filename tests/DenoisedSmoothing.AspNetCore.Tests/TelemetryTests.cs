using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DenoisedSmoothing.AspNetCore.Tests;

/// <summary>What is seen from outside: metrics, traces, logs.</summary>
public class TelemetryTests
{
    // The meter is the process's; a model of its own name keeps the tests apart.
    private static Task<TestServer> StartAsync(string name) => TestServer.StartAsync(build: builder =>
        builder.Services.AddKeyedSmoothedClassifier(name, options =>
        {
            FakeModel model = new(name);
            (options.Sigmas, options.Batch, options.MostVotes) = ([.5], 32, 2_000);
            options.Load = (_, _) => new ServedPair(model, model);
        }));

    private static async Task<JsonElement> AnswerAsync(TestServer server, string name, string query, float brightness)
    {
        await TestServer.UntilAsync(() => server.App.Services.GetRequiredKeyedService<SmoothedModel>(name).State == ModelState.Ready);
        return await server.AnswerAsync($"/certify?model={name}&{query}", brightness);
    }

    [Fact]
    public async Task Certify_measures_duration_votes_and_radius()
    {
        using Measurements seen = new("measured");
        await using TestServer server = await StartAsync("measured");
        JsonElement answer = await AnswerAsync(server, "measured", "", .6f);
        Certificate certificate = answer.GetProperty("certificate").Deserialize<Certificate>()!;

        seen.Of("denoised_smoothing.certified_radius").Single().Value.Should().Be(certificate.Radius);
        seen.Sum("denoised_smoothing.votes", "denoised_smoothing.operation", "certify").Should().Be(certificate.N0 + certificate.N);
        var duration = seen.Of("denoised_smoothing.answer.duration")
            .Single(m => Equals(m.Tags["denoised_smoothing.operation"], "certify"));
        duration.Value.Should().BeInRange(0, 60);
        duration.Tags["denoised_smoothing.outcome"].Should().Be("answered");
        seen.Of("denoised_smoothing.batch.fill").Should().NotBeEmpty().And.OnlyContain(m => m.Value > 0 && m.Value <= 1);
    }

    [Theory]
    [InlineData("abstains-radius", "radius=0.9", .6f, "radius undecided")] // a certificate of a smaller radius, or none: the votes decide
    [InlineData("abstains-votes", "radius=0.4&budget=30", .52f, "votes")]
    public async Task Certify_abstention_is_counted_by_reason(string name, string query, float brightness, string reasons)
    {
        using Measurements seen = new(name);
        await using TestServer server = await StartAsync(name);
        (await AnswerAsync(server, name, query, brightness)).GetProperty("abstained").GetBoolean().Should().BeTrue();
        var abstention = seen.Of("denoised_smoothing.abstentions").Should().ContainSingle("the first pass is no request").Which;
        abstention.Tags["denoised_smoothing.operation"].Should().Be("certify");
        reasons.Split(' ').Should().Contain((string)abstention.Tags["denoised_smoothing.reason"]!);
    }

    [Fact]
    public async Task Queue_length_goes_up_and_comes_back_to_zero()
    {
        using Measurements seen = new("queued");
        await using TestServer server = await StartAsync("queued");
        await Task.WhenAll(Enumerable.Range(0, 5).Select(i => AnswerAsync(server, "queued", "", .6f + i * .01f)));
        foreach (string state in new[] { "waiting", "working" })
        {
            seen.Of("denoised_smoothing.queue.length").Where(m => Equals(m.Tags["denoised_smoothing.state"], state))
                .Should().Contain(m => m.Value > 0);
            seen.Sum("denoised_smoothing.queue.length", "denoised_smoothing.state", state).Should().Be(0);
        }
    }

    [Fact]
    public async Task Certify_is_traced_within_the_requests_activity()
    {
        List<Activity> ended = [];
        using ActivityListener listener = new()
        {
            ShouldListenTo = source => source.Name is "DenoisedSmoothing" or "Microsoft.AspNetCore",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity =>
            {
                lock (ended)
                    ended.Add(activity);
            },
        };
        ActivitySource.AddActivityListener(listener);
        await using TestServer server = await StartAsync("traced");
        await AnswerAsync(server, "traced", "", .6f);
        Activity[] all;
        lock (ended)
            all = [.. ended];
        Activity span = all.Single(a => a.OperationName == "smoothing certify"
            && Equals(a.GetTagItem("denoised_smoothing.model"), "traced"));
        span.GetTagItem("denoised_smoothing.votes").Should().BeOfType<long>().Which.Should().BePositive();
        span.ParentSpanId.Should().NotBe(default(ActivitySpanId), "it belongs to the request");
    }

    [Fact]
    public async Task Load_says_ready_with_an_id_and_the_fingerprint()
    {
        LogEntries logger = new();
        await using TestServer server = await TestServer.StartAsync(
            build: builder => builder.Services.AddSingleton<ILogger<SmoothedModel>>(logger));
        logger.All.Should().ContainSingle(entry => entry.Id == 201).Which.Message.Should().Contain("brightness");
    }
}
