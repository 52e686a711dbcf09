using System.Diagnostics;
using System.Globalization;
using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Presets;
using DenoisedSmoothing.Testing;
using TorchSharp;
using Xunit.Abstractions;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Presets;

/// <summary>Full-size networks loaded from files: memory at its peak, and the figures of docs/models.md.</summary>
[Collection(nameof(ResidentMemory))]
[Trait("Category", "Slow")]
public sealed class PretrainedModelMemoryTests(ITestOutputHelper output) : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hub-memory-");

    public void Dispose() => _folder.Delete(recursive: true);

    [SkippableTheory]
    [InlineData("resnet50")]
    [InlineData("wide_resnet50_2")]
    [InlineData("convnext_tiny")]
    [InlineData("swin_tiny_patch4_window7_224")]
    [InlineData("deit_base_distilled_patch16_224")]
    public void Open_takes_little_more_than_the_networks_memory(string name)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "The peak of a process's memory is read from Linux.");
        string path = Path.Combine(_folder.FullName, "model.safetensors");
        Stopwatch watch = Stopwatch.StartNew();
        long bytes;
        TimeSpan construct;
        using (nn.Module<Tensor, Tensor> network = NetworkCatalog.Classifiers[name].Create(1000))
        {
            construct = watch.Elapsed;
            SafetensorsWriter.Write(path, network.state_dict(), null);
            bytes = new FileInfo(path).Length;
        }

        // Once before, so that libraries and caches are there; and the lowest of three, since what the allocator keeps of the tests before
        // this one is not this network's.
        Open(path).Dispose();
        long peak = long.MaxValue;
        for (int time = 0; time < 2; time++)
            peak = Math.Min(peak, ResidentMemory.PeakOf(() => Open(path).Dispose()));
        watch.Restart();
        PretrainedModel? opened = null;
        peak = Math.Min(peak, ResidentMemory.PeakOf(() => opened = Open(path)));
        using PretrainedModel model = opened!;
        TimeSpan load = watch.Elapsed;
        using (inference_mode())
        using (Tensor images = rand(1, 3, 224, 224))
        {
            model.Classify(images).Dispose();
            watch.Restart();
            model.Classify(images).Dispose();
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{name}: {bytes >> 20} MiB of weights, {peak >> 20} MiB more at the peak, construct "
            + $"{construct.TotalSeconds:0.00} s, open {load.TotalSeconds:0.00} s, forward {watch.Elapsed.TotalSeconds:0.00} s"));
        // A constant for what the allocator keeps between small weights.
        peak.Should().BeLessThan((long)(1.2 * bytes) + (16 << 20));
    }

    private static PretrainedModel Open(string path) =>
        PretrainedModel.Open(path, new PretrainedModelOptions { Normalization = Normalization.ImageNet });
}
