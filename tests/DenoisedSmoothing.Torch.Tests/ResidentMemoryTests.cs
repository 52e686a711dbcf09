using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Models;
using DenoisedSmoothing.Networks;
using DenoisedSmoothing.Presets;
using DenoisedSmoothing.Testing;
using TorchSharp;
using Xunit.Abstractions;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests;

/// <summary>Real sizes, made and disposed outside of any scope. Before, a U-Net for CIFAR-10 left 200 MB each time.</summary>
[Collection(nameof(ResidentMemory))]
[Trait("Category", "Slow")]
public sealed class ResidentMemoryTests(ITestOutputHelper output) : IDisposable
{
    private const long MiB = 1 << 20;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("resident-");

    private static readonly Dictionary<string, Func<IDisposable>> s_networks = new()
    {
        ["DiffusionUNet, CIFAR-10"] = () => new DiffusionUNet(DiffusionUNetOptions.ImprovedDiffusionCifar10),
        ["DiffusionUNet, CIFAR-10, bfloat16"] = () =>
            new HalfPrecisionNetwork(new DiffusionUNet(DiffusionUNetOptions.ImprovedDiffusionCifar10), ScalarType.BFloat16),
        ["DiffusionUNet, ImageNet"] = () => new DiffusionUNet(DiffusionUNetOptions.GuidedDiffusionImageNet256),
        ["VisionTransformer, B/16"] = () => new VisionTransformer(VisionTransformerOptions.Base16Cifar10),
        ["Beit, L/16 at 512"] = () => new Beit(BeitOptions.Large16Size512),
        ["WideResNet, 28-10"] = () => new WideResNet(),
    };

    public static TheoryData<string> Names => [.. s_networks.Keys];

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [MemberData(nameof(Names))]
    public void A_network_made_and_disposed_20_times(string name) =>
        ResidentMemory.ShouldStay(output, name, cycles: 20, s_networks[name]);

    [Fact]
    public void Small_networks_made_and_disposed_200_times()
    {
        ResidentMemory.ShouldStay(output, "CifarResNet-110", 200, () => new CifarResNet(110, 10, ResNetShortcut.Convolution), 32 * MiB);
        ResidentMemory.ShouldStay(output, "DnCnn", 200, () => new DnCnn(), 32 * MiB);
        ResidentMemory.ShouldStay(output, "MemNet", 200, () => new MemNet(), 32 * MiB);
        ResidentMemory.ShouldStay(output, "FashionMnistPair", 200, () => FashionMnistPair.Load(), 32 * MiB);
    }

    [SkippableFact]
    public void A_script_loaded_and_disposed_200_times()
    {
        string path = PretrainedResNet.PathOf("resnet20.torchscript.pt");
        ResidentMemory.ShouldStay(output, "TorchScript, 1.2 MB", 200, () => TorchScript.LoadClassifier(path, 10), 32 * MiB);
    }

    [Fact]
    public void The_papers_pair_loaded_and_disposed_20_times()
    {
        string diffusionPath = Path.Combine(_folder.FullName, "unet.safetensors"), vitPath =
            Path.Combine(_folder.FullName, "vit.safetensors");
        using (DiffusionUNet unet = new(DiffusionUNetOptions.ImprovedDiffusionCifar10))
            SafetensorsWriter.Write(diffusionPath, unet.state_dict(), null);
        using (VisionTransformer vit = new(VisionTransformerOptions.Base16Cifar10))
            SafetensorsWriter.Write(vitPath, vit.state_dict(), null);
        ResidentMemory.ShouldStay(output, "PretrainedPairs.Cifar10", 20, () => PretrainedPairs.Cifar10(diffusionPath, vitPath));
    }
}
