using System.Text.Json;
using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Models;
using TorchSharp;

namespace DenoisedSmoothing.Tool.Tests;

/// <summary>Folders of diffusers and networks of NVlabs/edm in front of the bundled classifier, with weights by chance.</summary>
public sealed class PretrainedDenoiserTests : IDisposable
{
    private static readonly string[] s_little =
        ["certify", "--sigma", "0.25", "--max", "1", "--n", "20", "--n0", "5", "--seed", "1", "--batch", "5", "--data", "bundled"];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("dds-diffusers-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_folder_of_diffusers_is_a_denoiser_of_every_strategy()
    {
        string folder = Pipeline("DDPMScheduler");
        await Works([.. s_little, "--denoiser-file", folder, "--out", At("one.tsv")]);
        File.ReadAllText(At("one.tsv") + ".jsonl").Should().Contain("UNet2DModel(");
        await Works([.. s_little, "--denoiser-file", folder, "--denoiser", "heun", "--steps", "3"]);
        await Works([.. s_little, "--denoiser-file", folder, "--denoiser", "multi-step", "--steps", "2"]);
        await Works([.. s_little, "--denoiser-file", folder, "--precision", "bfloat16"]);
        (await Refused([.. s_little, "--denoiser-file", folder, "--schedule", "linear"])).Should()
            .Contain("leave --schedule out").And.Contain("folder of diffusers");
        (await Refused(["certify", "--pair", "cifar10-wrn", .. s_little[1..], "--denoiser-file", folder])).Should()
            .Contain("leave --pair out");
    }

    [Fact]
    public async Task A_folder_under_an_EDM_scheduler_is_told_the_level()
    {
        string folder = Pipeline("EDMEulerScheduler");
        await Works([.. s_little, "--denoiser-file", folder]);
        await Works([.. s_little, "--denoiser-file", folder, "--denoiser", "heun", "--steps", "3"]);
        (await Refused([.. s_little, "--denoiser-file", folder, "--denoiser", "multi-step"])).Should()
            .Contain("one shot, by heun, map and langevin");
        (await Refused([.. s_little, "--denoiser-file", folder, "--precision", "float16"])).Should().Contain("--precision");
    }

    [Fact]
    public async Task A_folder_of_latents_is_refused_in_words()
    {
        string folder = Pipeline("DDPMScheduler");
        File.WriteAllText(Path.Combine(folder, "model_index.json"), """{"_class_name":"LDMPipeline","vqvae":["diffusers","VQModel"]}""");
        (await Refused([.. s_little, "--denoiser-file", folder])).Should().Contain("noise is in the pixels");
    }

    [Theory]
    [InlineData("edm")]
    [InlineData("edm-ve")]
    public async Task Weights_of_EDM_say_which_network_they_are(string name)
    {
        string file = At("edm.safetensors");
        using (EdmUNet network = new(new EdmUNetOptions
        {
            Resolution = 28, Channels = 1, ModelChannels = 16, Widths = [16, 16], NoiseChannels = 16, EmbeddingChannels = 32, Blocks = 1,
            AttentionResolutions = [], Augments = 0,
        }))
            SafetensorsWriter.Write(file, network.state_dict().ToDictionary(entry => "model." + entry.Key, entry => entry.Value), null);
        string[] args = [.. s_little, "--denoiser-file", file, "--denoiser-network", name];
        await Works([.. args, "--out", At(name + ".tsv")]);
        File.ReadAllText(At(name + ".tsv") + ".jsonl").Should().Contain("EdmUNet(");
        await Works([.. args, "--denoiser", "heun", "--steps", "2"]);
        await Works([.. args, "--precision", "bfloat16"]);
        (await Refused([.. args, "--timestep-scale", "2"])).Should().Contain("leave --timestep-scale out");
        (await Refused([.. args[..^1], "edm-cifar10-ddpmpp"])).Should().Contain("EdmUNet of 425 entries");
    }

    [Fact]
    public async Task Images_are_resized_and_cut_around_the_denoiser_and_behind_it()
    {
        await Works([.. s_little, "--classifier-resize", "32", "--classifier-crop", "28", "--resampling", "bilinear", "--out",
            At("p.tsv")]);
        File.ReadAllText(At("p.tsv") + ".jsonl").Should().Contain("shorter=32 Bilinear;crop=28x28");
        string[] sized = [.. s_little, "--denoiser-size", "32x32"];
        (await Refused(sized)).Should().Contain("28x28").And.Contain("32x32"); // the bundled denoiser takes its own size alone
        await Works([.. sized, "--denoiser-file", Pipeline("DDPMScheduler"), "--out", At("s.tsv")]);
        File.ReadAllText(At("s.tsv") + ".jsonl").Should().Contain("resized(32x32 Bicubic");
        await Works([.. s_little, "--image-resize", "28x28", "--image-resampling", "bicubic"]);
        (await Refused([.. s_little, "--resampling", "bicubic"])).Should().Contain("--denoiser-size or --classifier-resize");
        (await Refused([.. s_little, "--image-resampling", "bicubic"])).Should().Contain("--image-resize");
        (await Refused([.. s_little, "--classifier-crop", "30"])).Should().Contain("too small for a crop");
        (await Refused([.. s_little, "--denoiser-size", "big"])).Should().Contain("such as 224");
        (await Refused([.. s_little, "--classifier-grey"])).Should().NotBeEmpty();
    }

    private string Pipeline(string scheduler)
    {
        string folder = Directory.CreateDirectory(At(scheduler)).FullName;
        Write("model_index.json", new { _class_name = "DDPMPipeline", unet = new[] { "diffusers", "UNet2DModel" } });
        Write("scheduler/scheduler_config.json", new { _class_name = scheduler });
        Write("unet/config.json", new
        {
            _class_name = "UNet2DModel", in_channels = 1, out_channels = 1, layers_per_block = 1, norm_num_groups = 8,
            block_out_channels = new[] { 16, 16 }, down_block_types = new[] { "DownBlock2D", "AttnDownBlock2D" },
            up_block_types = new[] { "AttnUpBlock2D", "UpBlock2D" },
        });
        using UNet2DModel network = new(new UNet2DModelOptions
        {
            InChannels = 1, OutChannels = 1, LayersPerBlock = 1, NormGroups = 8, BlockChannels = [16, 16],
            DownBlocks = [UNet2DBlockType.Plain, UNet2DBlockType.Attention], UpBlocks = [UNet2DBlockType.Attention, UNet2DBlockType.Plain],
        });
        SafetensorsWriter.Write(Path.Combine(folder, "unet", "diffusion_pytorch_model.safetensors"), network.state_dict(), null);
        return folder;

        void Write(string file, object content)
        {
            string path = Path.Combine(folder, file);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, JsonSerializer.Serialize(content));
        }
    }

    private string At(string name) => Path.Combine(_folder.FullName, name);

    private static async Task Works(string[] args)
    {
        (int exit, string output, string error) = await Dds.RunAsync(args);
        exit.Should().Be(0, "{0} {1}", output, error);
    }

    private static async Task<string> Refused(string[] args)
    {
        (int exit, _, string error) = await Dds.RunAsync(args);
        exit.Should().Be(1, error);
        return error;
    }
}
