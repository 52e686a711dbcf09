using System.Diagnostics;
using System.Globalization;
using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Presets;
using DenoisedSmoothing.Testing;
using TorchSharp;
using Xunit.Abstractions;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Hub;

/// <summary>Full-size denoisers loaded from files: memory at its peak.</summary>
[Collection(nameof(ResidentMemory))]
[Trait("Category", "Slow")]
public sealed class PretrainedDenoiserMemoryTests(ITestOutputHelper output) : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hub-denoiser-memory-");

    public void Dispose() => _folder.Delete(recursive: true);

    [SkippableTheory]
    [InlineData("ddpm-cifar10")]
    [InlineData("edm-cifar10-ddpmpp")]
    [InlineData("improved-diffusion-cifar10")]
    public void Load_takes_little_more_than_the_networks_memory(string name)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "The peak of a process's memory is read from Linux.");
        string path = Path.Combine(_folder.FullName, "model.safetensors");
        CatalogDenoiser denoiser = NetworkCatalog.Denoisers[name];
        using (nn.Module<Tensor, Tensor, Tensor> network = denoiser.Create())
            SafetensorsWriter.Write(path, network.state_dict(), null);
        long bytes = new FileInfo(path).Length;
        // Once before, so that libraries and caches are there.
        denoiser.Load(path).Dispose();
        Stopwatch watch = Stopwatch.StartNew();
        nn.Module<Tensor, Tensor, Tensor>? loaded = null;
        long peak = ResidentMemory.PeakOf(() => loaded = denoiser.Load(path));
        loaded!.Dispose();

        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{name}: {bytes >> 20} MiB of weights, {peak >> 20} MiB more at the peak, {watch.Elapsed.TotalSeconds:0.00} s"));
        // A constant for what the allocator keeps between small weights.
        peak.Should().BeLessThan((long)(1.2 * bytes) + (16 << 20));
    }
}
