using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Testing;

namespace DenoisedSmoothing.Tests.Checkpoints;

/// <summary>The entries in tests/Goldens/*.keys.tsv are those of the reference implementations.</summary>
public class KnownCheckpointsTests
{
    [Theory]
    [InlineData("improved_diffusion_cifar10_50m", "improved-diffusion CIFAR-10 (50M)")]
    [InlineData("guided_diffusion_imagenet256_uncond", "guided-diffusion 256x256, unconditional")]
    [InlineData("vit_b16_224_hf_cifar10", "Hugging Face ViT-B/16 224x224")]
    [InlineData("beit_large_patch16_512", "timm BEiT-L/16 512x512")]
    [InlineData("wrn_28_10", "WRN-28-10 (RobustBench's names)")]
    [InlineData("cifar_resnet110", "CIFAR ResNet-110 (Cohen et al.'s names)")]
    [InlineData("dncnn17", "DnCNN of 17 layers")]
    [InlineData("memnet", "MemNet")]
    [InlineData("improved_diffusion_unet_small", null)]
    [InlineData("guided_diffusion_unet_small", null)]
    [InlineData("vit_hf_small", null)]
    [InlineData("beit_small", null)]
    public void Describe_recognises_the_references(string name, string? description)
    {
        Dictionary<string, IReadOnlyList<long>> entries = Entries(name);
        KnownCheckpoints.Describe(entries).Should().Be(description);
        KnownCheckpoints.Describe(entries.ToDictionary(entry => $"1.module.{entry.Key}", entry => entry.Value)).Should().Be(description);
    }

    [Fact]
    public void Describe_tells_variants_apart()
    {
        Dictionary<string, IReadOnlyList<long>> guided = Entries("guided_diffusion_imagenet256_uncond");
        guided["label_emb.weight"] = [1000, 1024];
        KnownCheckpoints.Describe(guided).Should().Be("guided-diffusion 256x256, class-conditional");
        Dictionary<string, IReadOnlyList<long>> improved = Entries("improved_diffusion_cifar10_50m");
        improved["out.2.weight"] = [3, 128, 3, 3];
        KnownCheckpoints.Describe(improved).Should().Be("improved-diffusion CIFAR-10 (50M), without learned sigma");
        Dictionary<string, IReadOnlyList<long>> resnet = Entries("cifar_resnet110");
        resnet.Remove("layer3.17.conv2.weight");
        KnownCheckpoints.Describe(resnet).Should().BeNull();
        KnownCheckpoints.Describe(new Dictionary<string, IReadOnlyList<long>>()).Should().BeNull();
    }

    [SkippableFact]
    public void Describe_recognises_a_real_file()
    {
        string path = SharedData.PathOf("data/pretrained/resnet20-cifar10/resnet20-12fca82f.th");
        using Checkpoint checkpoint = Checkpoint.Open(path);
        KnownCheckpoints.Describe(checkpoint.Entries.ToDictionary(entry => entry.Name, entry => entry.Shape)).Should()
            .Be("CIFAR ResNet-20 (akamaster's names)");
    }

    private static Dictionary<string, IReadOnlyList<long>> Entries(string name) =>
        File.ReadLines(Golden.PathOf($"{name}.keys.tsv")).Select(line => line.Split('\t')).ToDictionary(
            row => row[0], row => (IReadOnlyList<long>)[.. row[1].Split('x', StringSplitOptions.RemoveEmptyEntries).Select(long.Parse)]);
}
