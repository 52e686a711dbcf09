using System.Net.Http.Headers;
using System.Text.Json;
using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Models;
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
    public async Task Folder_of_Hugging_Face_prepares_photos_and_names_its_classes()
    {
        string folder = Directory.CreateDirectory(Path.Combine(_folder, "vit")).FullName;
        using (VisionTransformer network = new(new VisionTransformerOptions
        {
            ImageSize = 16,
            PatchSize = 8,
            HiddenSize = 8,
            HiddenLayers = 1,
            AttentionHeads = 2,
            IntermediateSize = 16,
            ClassCount = 2,
        }))
        {
            // Whatever the other weights are, it is sure of its answer.
            using (torch.no_grad())
            using (torch.Tensor day = torch.tensor([-20f, 20f]))
                network.get_parameter("classifier.bias")!.copy_(day);
            SafetensorsWriter.Write(Path.Combine(folder, "model.safetensors"), network.state_dict(), null);
        }

        await File.WriteAllTextAsync(Path.Combine(folder, "config.json"), """
            {"model_type":"vit","image_size":16,"patch_size":8,"hidden_size":8,"num_hidden_layers":1,"num_attention_heads":2,
             "intermediate_size":16,"id2label":{"0":"night","1":"day"}}
            """);
        await File.WriteAllTextAsync(Path.Combine(folder, "preprocessor_config.json"), """
            {"image_processor_type":"ViTImageProcessor","size":{"height":16,"width":16},"resample":2,"do_normalize":true,
             "image_mean":[0.5,0.5,0.5],"image_std":[0.5,0.5,0.5],"do_rescale":true,"rescale_factor":0.00392156862745098}
            """);
        await using TestServer server = await TestServer.StartAsync(options =>
        {
            (options.Load, options.Sigmas, options.Batch, options.Method) = (null, [.1], 16, "cohen n0=8 n=64");
            options.Classifier.File = folder;
        });
        using ByteArrayContent photo = new(Pictures.Png(50, 40, 90)) { Headers = { ContentType = new("image/png") } };

        using HttpResponseMessage response = await server.Client.PostAsync("/certify", photo);

        JsonElement answer = await TestServer.JsonOf(response);
        response.IsSuccessStatusCode.Should().BeTrue(answer.GetRawText());
        answer.GetRawText().Should().Contain("16,16").And.MatchRegex("night|day");
        TestServer refused = await TestServer.StartAsync(options =>
        {
            (options.Load, options.Sigmas) = (null, [.1]);
            (options.Classifier.File, options.Classifier.Network) = (folder, "resnet20");
        }, ready: false);
        await using (refused)
        {
            await TestServer.UntilAsync(() => refused.Served.State == ModelState.Failed);
            refused.Served.Error!.Message.Should().Contain("leave Classifier:Network");
        }
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
