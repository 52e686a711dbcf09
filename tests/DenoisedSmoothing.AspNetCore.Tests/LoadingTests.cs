using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace DenoisedSmoothing.AspNetCore.Tests;

/// <summary>Options, loading in the background, and readiness.</summary>
public class LoadingTests
{
    private static async Task<HealthStatus> HealthAsync(TestServer server) =>
        (await server.App.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync()).Status;

    [Fact]
    public async Task Start_slow_model_is_live_not_ready_and_refuses_until_loaded()
    {
        using ManualResetEventSlim may = new();
        FakeModel model = new();
        await using TestServer server = await TestServer.StartAsync(
            options => options.Load = (_, _) =>
            {
                may.Wait();
                return new ServedPair(model, model);
            },
            model: model, ready: false);
        (await HealthAsync(server)).Should().Be(HealthStatus.Unhealthy);
        using (HttpResponseMessage live = await server.Client.GetAsync("/v2/health/live"))
            await TestServer.JsonOf(live);
        using (HttpResponseMessage notReady = await server.Client.GetAsync("/v2/health/ready"))
            await TestServer.JsonOf(notReady, 503);
        using (HttpResponseMessage refused = await server.PostAsync("/predict", .6f))
        {
            (await TestServer.JsonOf(refused, 503)).GetProperty("detail").GetString().Should().Contain("still being loaded");
            refused.Headers.RetryAfter!.Delta.Should().BePositive();
        }

        may.Set();
        await server.ReadyAsync();
        (await HealthAsync(server)).Should().Be(HealthStatus.Healthy);
        server.Model.Passes.Should().BePositive("one pass is made before the server says that it is ready");
    }

    [Fact]
    public async Task Start_other_fingerprint_than_configured_is_not_served()
    {
        await using TestServer server = await TestServer.StartAsync(options => options.Fingerprint = "another", ready: false);
        await TestServer.UntilAsync(() => server.Served.State == ModelState.Failed);
        server.Served.Error!.Message.Should().Contain("another").And.Contain("brightness");
        server.Model.IsDisposed.Should().BeTrue("what is not served is freed");
        (await HealthAsync(server)).Should().Be(HealthStatus.Unhealthy);
        using HttpResponseMessage refused = await server.PostAsync("/predict", .6f);
        string? detail = (await TestServer.JsonOf(refused, 503)).GetProperty("detail").GetString();
        detail.Should().NotContain("brightness", "what went wrong is the log's to say, not a stranger's to read");
    }

    [Fact]
    public async Task Start_right_fingerprint_is_served()
    {
        await using TestServer server = await TestServer.StartAsync(options => options.Fingerprint = "brightness");
        server.Served.Fingerprint.Should().Be("brightness");
    }

    [Fact]
    public async Task Start_sigma_beyond_the_models_reach_fails_and_says_so()
    {
        await using TestServer server = await TestServer.StartAsync(options => options.Sigmas = [3], ready: false);
        await TestServer.UntilAsync(() => server.Served.State == ModelState.Failed);
        server.Served.Error.Should().BeOfType<ArgumentOutOfRangeException>();
    }

    public static TheoryData<Action<SmoothedClassifierOptions>, string> BadOptions => new()
    {
        { options => options.Sigmas = null, "Sigmas" },
        { options => options.Sigmas = [.5, .5], "twice" },
        { options => options.Load = null, "there is no model" },
        { options => options.Pair = "cifar10", "Load makes the models" },
        { options => (options.Load, options.Classifier.File) = (null, "missing.pt"), "no such file" },
        { options => options.Secret = "c2hvcnQ=", "16 random bytes" },
        { options => (options.Secret, options.Noise) = ("AAECAwQFBgcICQoLDA0ODw==", NoiseKeys.Fresh), "keyed noise" },
        { options => options.MostVotes = 0, "MostVotes is 0" },
        { options => options.Calibration = "missing.json", "Calibration names 'missing.json'" },
        { options => options.LongestWait = TimeSpan.MaxValue, "at most a day" },
        { options => options.Method = "cohen n=-1", "Method" },
    };

    [Theory]
    [MemberData(nameof(BadOptions))]
    public async Task Start_bad_option_stops_the_host_and_names_it(Action<SmoothedClassifierOptions> configure, string words)
    {
        Func<Task> start = async () => await (await TestServer.StartAsync(configure, ready: false)).DisposeAsync();
        (await start.Should().ThrowAsync<OptionsValidationException>()).Which.Message.Should().Contain(words).And.Contain("'fake'");
    }

    [Fact]
    public async Task Options_of_the_configuration_are_bound()
    {
        await using TestServer server = await TestServer.StartAsync(
            options => options.Sigmas = options.Sigmas![^1..],
            builder => builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["DenoisedSmoothing:fake:MostTime"] = "00:00:07",
                ["DenoisedSmoothing:fake:ClassNames:0"] = "dark",
                ["DenoisedSmoothing:fake:ClassNames:1"] = "bright",
                ["DenoisedSmoothing:fake:Noise"] = "fresh",
            }));
        server.Served.Options.MostTime.Should().Be(TimeSpan.FromSeconds(7));
        JsonElement answer = await server.AnswerAsync("/predict", .6f);
        answer.GetProperty("className").GetString().Should().Be("bright");
        answer.GetProperty("noise").GetString().Should().Be("fresh");
    }

    [Fact]
    public async Task Several_models_answer_by_name_and_share_nothing()
    {
        FakeModel other = new("other");
        await using TestServer server = await TestServer.StartAsync(build: builder => builder.Services.AddKeyedSmoothedClassifier(
            "second", options =>
            {
                options.Sigmas = [1];
                options.Batch = 16;
                options.Load = (_, _) => new ServedPair(other, other);
            }));
        SmoothedModel second = server.App.Services.GetRequiredKeyedService<SmoothedModel>("second");
        await TestServer.UntilAsync(() => second.State == ModelState.Ready);
        JsonElement answer = await server.AnswerAsync("/certify?model=second", .6f);
        Certificate certificate = answer.GetProperty("certificate").Deserialize<Certificate>()!;
        (certificate.Sigma, certificate.Provenance!.Batch, certificate.Provenance.BaseClassifier).Should().Be((1, 16, "other"));
        using HttpResponseMessage unsaid = await server.PostAsync("/certify", .6f);
        (await TestServer.JsonOf(unsaid, 400)).GetProperty("detail").GetString().Should().Contain("second | fake");
    }

    [Fact]
    public async Task Model_from_services_answers_in_code()
    {
        await using TestServer server = await TestServer.StartAsync();
        using TorchSharp.torch.Tensor image = TorchSharp.torch.full(1, 8, 8, .6f);
        server.App.Services.GetRequiredService<SmoothedModel>().Should().BeSameAs(server.Served);
        (await server.Served.Classifier.PredictAsync(image)).Label.Should().Be(1);
    }

    [Fact]
    public void Add_name_twice_is_an_error() => new ServiceCollection().AddSmoothedClassifier("a")
        .Invoking(services => services.AddSmoothedClassifier("a")).Should().Throw<ArgumentException>().WithMessage("*'a'*");

    [Fact]
    public async Task Map_without_a_model_says_what_is_missing()
    {
        await using WebApplication app = WebApplication.CreateSlimBuilder().Build();
        app.Invoking(a => a.MapSmoothedClassifiers()).Should().Throw<InvalidOperationException>().WithMessage("*AddSmoothedClassifier*");
    }
}
