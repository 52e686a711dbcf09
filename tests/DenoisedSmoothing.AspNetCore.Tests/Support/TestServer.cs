using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DenoisedSmoothing.AspNetCore.Tests;

/// <summary>A started Kestrel on a free port of the loopback, with a fake model unless told otherwise.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    public const string Name = "fake";

    private TestServer(WebApplication app, FakeModel model)
    {
        (App, Model) = (app, model);
        Client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()), Timeout = TimeSpan.FromSeconds(60) };
    }

    public WebApplication App { get; }

    public FakeModel Model { get; }

    public HttpClient Client { get; }

    public SmoothedModel Served => App.Services.GetRequiredKeyedService<SmoothedModel>(Name);

    public static async Task<TestServer> StartAsync(
        Action<SmoothedClassifierOptions>? configure = null, Action<WebApplicationBuilder>? build = null, FakeModel? model = null,
        bool ready = true, Action<WebApplication>? map = null)
    {
        model ??= new FakeModel();
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        build?.Invoke(builder);
        builder.Services.AddSmoothedClassifier(Name, options =>
        {
            options.Sigmas = [.25, .5];
            options.Batch = 32;
            options.MostVotes = 2_000;
            options.Load = (_, _) => new ServedPair(model, model);
            configure?.Invoke(options);
        });
        WebApplication app = builder.Build();
        app.MapSmoothedClassifiers();
        map?.Invoke(app);
        await app.StartAsync();
        TestServer server = new(app, model);
        if (ready)
            await server.ReadyAsync();
        return server;
    }

    public async Task ReadyAsync()
    {
        while (Served.State == ModelState.Loading)
            await Task.Delay(10);
        if (Served.State != ModelState.Ready)
            throw new InvalidOperationException("The model did not load.", Served.Error);
    }

    /// <summary>Posts a raw 8x8 image.</summary>
    public Task<HttpResponseMessage> PostAsync(string path, float brightness, CancellationToken token = default) =>
        Client.PostAsync(
            path + (path.Contains('?', StringComparison.Ordinal) ? "&" : "?") + "shape=1,8,8",
            new ByteArrayContent(FakeModel.Image(brightness))
            {
                Headers = { ContentType = new MediaTypeHeaderValue("application/octet-stream") },
            },
            token);

    /// <summary>Posts a raw 8x8 image, and reads the answer that must come.</summary>
    public async Task<JsonElement> AnswerAsync(string path, float brightness)
    {
        using HttpResponseMessage response = await PostAsync(path, brightness);
        return await JsonOf(response);
    }

    public static async Task<JsonElement> JsonOf(HttpResponseMessage response, int status = 200)
    {
        string text = await response.Content.ReadAsStringAsync();
        ((int)response.StatusCode).Should().Be(status, text);
        return JsonDocument.Parse(text).RootElement;
    }

    /// <summary>Waits until something is so.</summary>
    public static async Task UntilAsync(Func<bool> so)
    {
        for (int tries = 0; !so(); tries++)
        {
            if (tries > 1000)
                throw new TimeoutException("It did not come about within 10 s.");
            await Task.Delay(10);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await App.DisposeAsync();
    }
}
