using System.Net.Http.Headers;
using System.Text.Json;
using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Denoising;
using DenoisedSmoothing.PredictionSets;
using DenoisedSmoothing.Presets;
using DenoisedSmoothing.Schedules;
using Microsoft.Extensions.Options;
using TorchSharp;

namespace DenoisedSmoothing.AspNetCore.Tests;

/// <summary>Denoisers whose files say what they were trained for: tiny networks with random weights and cards as dds writes them.</summary>
public sealed class DenoiserCardTests : IDisposable
{
    private const string Small = "fashion-mnist-small";

    private static readonly Dictionary<string, string> s_timesteps = new()
    {
        ["dds.network"] = Small,
        ["dds.schedule"] = "cosine",
        ["dds.schedule_timesteps"] = "1000",
        ["dds.timestep_scale"] = "1",
        ["dds.trained_timesteps"] = "1..500",
    };

    private static readonly Dictionary<string, string> s_score = new()
    {
        ["dds.score"] = Small,
        ["dds.score_sigmas"] = "0.1..0.6",
    };

    private static readonly Dictionary<string, string> s_plain = new()
    {
        ["dds.denoiser"] = "dncnn",
        ["dds.channels"] = "1",
        ["dds.sigma"] = "0.25",
    };

    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    private string DenoiserFile => Path.Combine(_folder, "denoiser.safetensors");

    private string ClassifierFile => Path.Combine(_folder, "classifier.safetensors");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private void Write(IReadOnlyDictionary<string, string>? card)
    {
        using (torch.nn.Module classifier = FashionMnistPair.NewClassifierNetwork())
            SafetensorsWriter.Write(ClassifierFile, classifier.state_dict(), null);
        using torch.nn.Module network = card == s_plain ? PlainDenoiserCard.Networks["dncnn"](1) : NetworkCatalog.Denoisers[Small].Create();
        SafetensorsWriter.Write(DenoiserFile, network.state_dict().ToDictionary(
            entry => (card == s_score ? "score." : "") + entry.Key, entry => entry.Value), card);
    }

    private Task<TestServer> StartAsync(double[] sigmas, Action<ModelFileOptions>? denoiser = null, bool ready = true,
        string? calibration = null) => TestServer.StartAsync(
            options =>
            {
                (options.Load, options.Sigmas, options.Batch, options.Method) = (null, sigmas, 8, "cohen n0=8 n=8");
                (options.Classifier.File, options.Classifier.Network) = (ClassifierFile, "fashion-mnist");
                (options.Denoiser.File, options.Calibration) = (DenoiserFile, calibration);
                denoiser?.Invoke(options.Denoiser);
            },
            ready: ready);

    private async Task<string> RefusedAsync(double[] sigmas, Action<ModelFileOptions>? denoiser = null)
    {
        Func<Task> start = async () => await (await StartAsync(sigmas, denoiser, ready: false)).DisposeAsync();
        return (await start.Should().ThrowAsync<OptionsValidationException>()).Which.Message;
    }

    public static TheoryData<string, double, double[], string> Excluded => new()
    {
        { "timesteps", 0.25, [0.25, 0.75], "trained at the timesteps 1..500 (sigma up to about 0.5" },
        { "timesteps", 0.25, [0.25, 1e6], "sigma 1000000 is beyond" },
        { "score", 0.25, [0.25, 0.05], "trained at sigma 0.1 to 0.6, and 0.05 is outside" },
        { "score", 0.6, [0.6, 0.61], "trained at sigma 0.1 to 0.6, and 0.61 is outside" },
        { "plain", 0.25, [0.25, 0.5], "trained at sigma 0.25, and 0.5 is another level" },
    };

    [Theory]
    [MemberData(nameof(Excluded))]
    public async Task Start_sigma_that_the_card_excludes_stops_the_host_and_one_that_it_names_is_served(
        string kind, double trained, double[] sigmas, string words)
    {
        Write(kind switch { "score" => s_score, "plain" => s_plain, _ => s_timesteps });

        (await RefusedAsync(sigmas)).Should().Contain(words).And.Contain(DenoiserFile)
            .And.Contain($"Sigmas holds {sigmas[1]:R}.").And.NotContain($"Sigmas holds {trained:R}.")
            .And.Contain("or a denoiser that was trained for this");
        await using TestServer server = await StartAsync([trained]);
        server.Served.State.Should().Be(ModelState.Ready);
    }

    [Fact]
    public async Task Start_card_says_all_that_the_options_leave_out()
    {
        Write(new Dictionary<string, string>(s_timesteps)
        {
            ["dds.schedule"] = "linear",
            ["dds.schedule_timesteps"] = "800",
            ["dds.timestep_scale"] = "0.5",
        });
        using DiffusionModel model = new(NetworkCatalog.Denoisers[Small].Load(DenoiserFile), new LinearSchedule(800), 0.5, 500,
            disposeNetwork: true);
        await using TestServer server = await StartAsync(
            [0.25], its => (its.Network, its.Schedule, its.Timesteps, its.TimestepScale) = (Small, "linear", 800, 0.5));

        server.Served.Fingerprint.Should().StartWith(new OneShotDenoiser(model).Info.Fingerprint);
        using ByteArrayContent body = new(new byte[28 * 28 * sizeof(float)])
        {
            Headers = { ContentType = new MediaTypeHeaderValue("application/octet-stream") },
        };
        using HttpResponseMessage response = await server.Client.PostAsync("/certify?shape=1,28,28", body);
        (await TestServer.JsonOf(response)).GetProperty("certificate").Deserialize<Certificate>()!.Sigma.Should().Be(0.25);
    }

    public static TheoryData<string, Action<ModelFileOptions>, string> Contradictions => new()
    {
        { "timesteps", its => its.Network = "cifar10-small", "Denoiser:Network is cifar10-small, and" },
        { "timesteps", its => its.Schedule = "linear", "Denoiser:Schedule is linear, and" },
        { "timesteps", its => its.Timesteps = 4000, "Denoiser:Timesteps is 4000, and" },
        { "timesteps", its => its.TimestepScale = 0.25, "Denoiser:TimestepScale is 0.25, and" },
        { "score", its => its.Schedule = "cosine", "Denoiser:Schedule is cosine, and" },
        { "plain", its => its.Timesteps = 1000, "Denoiser:Timesteps is 1000, and" },
    };

    [Theory]
    [MemberData(nameof(Contradictions))]
    public async Task Start_option_that_contradicts_the_card_stops_the_host(
        string kind, Action<ModelFileOptions> denoiser, string words)
    {
        Write(kind switch { "score" => s_score, "plain" => s_plain, _ => s_timesteps });
        (await RefusedAsync([0.25], denoiser)).Should().Contain(words).And.Contain(DenoiserFile).And.Contain("leave it out");
    }

    [Fact]
    public async Task Start_card_of_a_network_that_is_not_known_stops_the_host()
    {
        Write(new Dictionary<string, string>(s_timesteps) { ["dds.network"] = "of-tomorrow" });
        (await RefusedAsync([0.25])).Should().Contain(DenoiserFile).And.Contain("of-tomorrow");
    }

    [Fact]
    public async Task Start_published_pair_with_a_denoiser_trained_for_another_sigma_stops_the_host()
    {
        Write(s_plain);
        Func<Task> start = async () => await (await TestServer.StartAsync(
            options =>
            {
                (options.Load, options.Sigmas, options.Pair) = (null, [0.5], "salman-cifar10");
                (options.Classifier.File, options.Denoiser.File) = (ClassifierFile, DenoiserFile);
            },
            ready: false)).DisposeAsync();
        (await start.Should().ThrowAsync<OptionsValidationException>()).Which.Message.Should().Contain("trained at sigma 0.25");
    }

    [Fact]
    public async Task Load_calibration_at_a_sigma_that_the_card_excludes_fails()
    {
        Write(s_plain);
        string calibration = Path.Combine(_folder, "sets.json");
        FakeModel other = new();
        using (torch.NewDisposeScope())
        {
            (SmoothingImage, int)[] images = [.. Enumerable.Range(0, 20).Select(i =>
                (new SmoothingImage(torch.full([1, FakeModel.Side, FakeModel.Side], i % 2 == 0 ? .2f : .8f), i), i % 2))];
            new PredictionSetCalibrator(other, 0.5).Calibrate(images, 0.25, 0.2).Write(calibration);
        }

        await using TestServer server = await StartAsync([0.25], ready: false, calibration: calibration);
        await TestServer.UntilAsync(() => server.Served.State == ModelState.Failed);
        server.Served.Error!.Message.Should().Contain("trained at sigma 0.25, and 0.5 is another").And.Contain(DenoiserFile);
    }

    [Fact]
    public async Task Start_file_without_a_card_is_served_at_any_sigma()
    {
        Write(null);
        await using TestServer server = await StartAsync([0.75], its => its.Network = Small);
        server.Served.State.Should().Be(ModelState.Ready);
    }
}
