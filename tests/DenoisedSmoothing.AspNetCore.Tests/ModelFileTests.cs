using System.Net.Http.Headers;
using System.Text.Json;
using DenoisedSmoothing.Checkpoints;
using TorchSharp;

namespace DenoisedSmoothing.AspNetCore.Tests;

/// <summary>Models from files: the bundled pair's networks, with random weights, by their names in the catalog.</summary>
public sealed class ModelFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    private string DenoiserFile => Path.Combine(_folder, "denoiser.safetensors");

    private string ClassifierFile => Path.Combine(_folder, "classifier.safetensors");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private void Write(bool denoiser = true)
    {
        using (torch.nn.Module classifier = FashionMnistPair.NewClassifierNetwork())
            SafetensorsWriter.Write(ClassifierFile, classifier.state_dict(), null);
        if (!denoiser)
            return;
        using torch.nn.Module network = FashionMnistPair.NewDenoiserNetwork();
        SafetensorsWriter.Write(DenoiserFile, network.state_dict(), null);
    }

    private Task<TestServer> StartAsync(string? fingerprint = null, bool ready = true) => TestServer.StartAsync(
        options =>
        {
            (options.Load, options.Sigmas, options.Batch, options.Fingerprint) = (null, [.5], 16, fingerprint);
            (options.Denoiser.File, options.Denoiser.Network) = (DenoiserFile, "fashion-mnist");
            (options.Classifier.File, options.Classifier.Network) = (ClassifierFile, "fashion-mnist");
            options.Method = "cohen n0=8 n=8";
        },
        ready: ready);

    private static async Task<Certificate> CertifyAsync(TestServer server)
    {
        byte[] grey = new byte[28 * 28 * sizeof(float)];
        using ByteArrayContent body = new(grey) { Headers = { ContentType = new MediaTypeHeaderValue("application/octet-stream") } };
        using HttpResponseMessage response = await server.Client.PostAsync("/certify?shape=1,28,28", body);
        return (await TestServer.JsonOf(response)).GetProperty("certificate").Deserialize<Certificate>()!;
    }

    [Fact]
    public async Task Files_replaced_while_serving_change_no_answer_and_are_noticed_at_the_next_start()
    {
        Write();
        string fingerprint;
        await using (TestServer server = await StartAsync())
        {
            Certificate before = await CertifyAsync(server);
            fingerprint = server.Served.Fingerprint!;
            before.Provenance!.BaseClassifier.Should().Be(fingerprint);
            Write(denoiser: false);
            (await CertifyAsync(server)).Should().Be(before);
        }

        await using TestServer next = await StartAsync(fingerprint, ready: false);
        await TestServer.UntilAsync(() => next.Served.State == ModelState.Failed);
        next.Served.Error!.Message.Should().Contain(fingerprint);
    }

    [Fact]
    public async Task File_that_holds_other_weights_fails_to_load_and_says_so()
    {
        Write();
        File.Copy(DenoiserFile, ClassifierFile, overwrite: true);
        await using TestServer server = await StartAsync(ready: false);
        await TestServer.UntilAsync(() => server.Served.State == ModelState.Failed);
        server.Served.Error.Should().BeOfType<CheckpointException>();
    }
}
