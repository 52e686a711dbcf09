using BenchmarkDotNet.Attributes;
using DenoisedSmoothing.Denoising;
using DenoisedSmoothing.Models;
using DenoisedSmoothing.Schedules;
using DenoisedSmoothing.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Benchmarks;

/// <summary>
/// The CIFAR-10 pair's networks by themselves: the U-Net with a timestep a row, and asked once for all rows without its variance; the ViT.
/// </summary>
// In this process: the project that BenchmarkDotNet would generate has no native libtorch.
[InProcess]
[WarmupCount(1)]
[IterationCount(5)]
[InvocationCount(1)]
public class NetworkBenchmarks
{
    private DiffusionUNet _unet = null!;
    private DiffusionModel _model = null!;
    private VisionTransformer _vit = null!;
    private Tensor _small = null!, _large = null!, _timesteps = null!;
    private IDisposable? _inference;

    [Params(1, 16)]
    public int Batch { get; set; }

    [GlobalSetup]
    public void Create()
    {
        _unet = new DiffusionUNet(DiffusionUNetOptions.ImprovedDiffusionCifar10);
        _vit = new VisionTransformer(VisionTransformerOptions.Base16Cifar10);
        SyntheticWeights.Fill(_unet);
        SyntheticWeights.Fill(_vit);
        _vit.eval();
        _model = new DiffusionModel(_unet, new CosineSchedule(4000), timestepScale: .25);
        _small = SyntheticWeights.Input(1, [Batch, 3, 32, 32]);
        _large = SyntheticWeights.Input(1, [Batch, 3, 224, 224]);
        _timesteps = full(Batch, 496f);
    }

    // Per thread, and each benchmark may have one of its own.
    [IterationSetup]
    public void Begin() => _inference = inference_mode();

    [IterationCleanup]
    public void End() => _inference?.Dispose();

    [Benchmark(Baseline = true)]
    public void UNetTimestepARow() => _unet.call(_small, _timesteps).Dispose();

    /// <summary>By its noise level, which asks for no variance.</summary>
    [Benchmark]
    public void UNetOneTimestep() => _model.PredictX0(_small, 1.0).Dispose();

    [Benchmark]
    public void VisionTransformer() => _vit.call(_large).Dispose();

    [GlobalCleanup]
    public void Free()
    {
        foreach (IDisposable part in new IDisposable[] { _unet, _vit, _small, _large, _timesteps })
            part.Dispose();
    }
}
