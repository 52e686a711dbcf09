using DenoisedSmoothing.Kernels;
using DenoisedSmoothing.Models;
using DenoisedSmoothing.Parts;
using DenoisedSmoothing.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Kernels;

/// <summary>Networks by the library's own kernels, run by the emulator, against the same networks by plain operations.</summary>
[Collection(nameof(LibTorch.AllowTf32))]
public sealed class KernelNetworksTests
{
    private static readonly DiffusionUNetOptions s_unet = new()
    {
        InChannels = 3, OutChannels = 6, ModelChannels = 32, ResidualBlocks = 1, ChannelMultipliers = [1, 2], AttentionFactors = [2],
        Heads = 4, ScaleShiftNorm = true,
    };

    private static readonly Dictionary<string, Func<Case>> s_networks = new()
    {
        ["unet"] = () => UNet(s_unet, oneTime: true),
        ["unet, a time for each row"] = () => UNet(s_unet, oneTime: false),
        ["unet, time added"] = () => UNet(s_unet with { ScaleShiftNorm = false }, oneTime: true),
        ["unet, time added for each row"] = () => UNet(s_unet with { ScaleShiftNorm = false }, oneTime: false),
        ["unet, resampling blocks"] = () => UNet(s_unet with { ResBlockUpDown = true, NewAttentionOrder = true }, oneTime: true),
        ["unet, means and repeats"] = () => UNet(s_unet with { ConvResample = false }, oneTime: true),
        ["unet, large enough for tiles"] = () => UNet(s_unet, oneTime: true, height: 24, width: 16),
        ["unet, classes"] = () => Classes(s_unet with { ClassCount = 4 }),
        ["vit"] = () => Images(new VisionTransformer(VisionTransformerOptions.Base16Cifar10 with
        {
            ImageSize = 32, PatchSize = 8, HiddenSize = 64, IntermediateSize = 128, HiddenLayers = 3, AttentionHeads = 4,
        }), 32),
        ["beit"] = () => Images(new Beit(BeitOptions.Large16Size512 with
        {
            ImageSize = 32, PatchSize = 8, EmbedDim = 64, Depth = 3, Heads = 4, ClassCount = 10,
        }), 32),
    };

    public static TheoryData<string, ScalarType> Networks { get; } = Cases();

    private static TheoryData<string, ScalarType> Cases()
    {
        TheoryData<string, ScalarType> cases = [];
        foreach (string name in s_networks.Keys)
        {
            cases.Add(name, ScalarType.Float32);
            cases.Add(name, ScalarType.BFloat16);
        }

        return cases;
    }

    [SkippableTheory]
    [MemberData(nameof(Networks))]
    public void Forward_is_that_of_the_plain_operations(string name, ScalarType type)
    {
        CpuDriver driver = CpuDriver.OrSkip();
        LibTorch.AllowTf32 = false; // as the first use of a card leaves it
        using Case its = s_networks[name]();
        (nn.Module network, Func<Tensor> run) = (its.Network, its.Run);
        Fill(network, type);
        using IDisposable inference = inference_mode();
        using Tensor plain = run();
        Tensor own;
        using (GpuKernels.Replace(new KernelCalls(driver)))
            own = run();
        using (own)
        {
            driver.Launched.Should().NotBeEmpty();
            driver.Launched.Contains("winograd_pixels_float32").Should()
                .Be(type == ScalarType.Float32 && name.EndsWith("tiles", StringComparison.Ordinal));
            own.shape.Should().Equal(plain.shape);
            Error(own, plain).Should().BeLessThan(type == ScalarType.Float32 ? 2e-5 : 3e-2);
        }
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Forward_by_the_kernels_keeps_no_tensor(string name, ScalarType type)
    {
        // Which tensors are made does not depend on what is in them: nothing needs to be computed.
        RecordingDriver driver = new();
        using Case its = s_networks[name]();
        (nn.Module network, Func<Tensor> run) = (its.Network, its.Run);
        Fill(network, type);
        using IDisposable inference = inference_mode();
        using IDisposable kernels = GpuKernels.Replace(new KernelCalls(driver));
        run().Dispose();
        driver.Launched.Should().NotBeEmpty();
        LiveTensors.ShouldNotChange(() => run().Dispose());
    }

    [Fact]
    public void Where_gradients_may_be_taped_plain_operations_are_taken()
    {
        RecordingDriver driver = new();
        using IDisposable kernels = GpuKernels.Replace(new KernelCalls(driver));
        foreach (Func<Case> make in s_networks.Values)
        {
            using Case its = make();
            its.Run().Dispose();
        }

        driver.Launched.Should().BeEmpty();
    }

    [SkippableTheory]
    [InlineData("unet")]
    [InlineData("vit")]
    [InlineData("beit")]
    public void Norms_that_stayed_in_float32_are_computed_plainly(string name)
    {
        CpuDriver driver = CpuDriver.OrSkip();
        using Case its = s_networks[name]();
        (nn.Module network, Func<Tensor> run) = (its.Network, its.Run);
        Fill(network, ScalarType.BFloat16);
        foreach (nn.Module norm in network.modules()
            .Where(static layer => layer is TorchSharp.Modules.GroupNorm or TorchSharp.Modules.LayerNorm))
            norm.to(ScalarType.Float32);
        using IDisposable inference = inference_mode();
        using Tensor plain = run();
        Tensor own;
        using (GpuKernels.Replace(new KernelCalls(driver)))
            own = run();
        using (own)
            Error(own, plain).Should().BeLessThan(3e-2);
        driver.Launched.Should().NotContain(kernel => kernel.Contains("_norm_", StringComparison.Ordinal));
    }

    /// <summary>
    /// What small batches wait for: operations, ours and libtorch's. NVIDIA's profiler counts 506 kernels, since some operations of cuDNN
    /// and of the fused attention start two.
    /// </summary>
    [SkippableFact]
    public void A_pass_of_the_CIFAR10_pair_asks_for_few_operations()
    {
        RecordingDriver driver = new();
        using DeepPair pair = new();
        using IDisposable inference = inference_mode();

        (int plainDenoiser, int plainClassifier) = (Operations.Of(pair.Denoise).Count, Operations.Of(pair.Classify).Count);
        using IDisposable kernels = GpuKernels.Replace(new KernelCalls(driver));
        (int denoiser, int classifier) = (Operations.Of(pair.Denoise).Count, Operations.Of(pair.Classify).Count);

        // 30 residual blocks with two norms and an addition each, 15 of attention with a norm and an addition, and what is between.
        driver.Launched.Count(static launch => launch.Kernel.StartsWith("group_norm", StringComparison.Ordinal)).Should().Be(76);
        driver.Launched.Count(static launch => launch.Kernel.StartsWith("add_moments", StringComparison.Ordinal)).Should().Be(82);
        driver.Launched.Count(static launch => launch.Kernel.StartsWith("add_layer_norm", StringComparison.Ordinal)).Should().Be(24);
        // 68 convolutions, 66 products, 15 of attention, and 18 about the timestep, resolutions and the layout.
        denoiser.Should().BeLessThan(plainDenoiser / 2).And.BeLessThanOrEqualTo(170);
        // 74 products, 12 of attention and 12 of GELU, and what begins and ends the network.
        classifier.Should().BeLessThan(plainClassifier).And.BeLessThanOrEqualTo(105);
        (denoiser + classifier + driver.Launched.Count).Should().BeLessThanOrEqualTo(460);
    }

    /// <summary>The host's own part: every tensor is a call and an object, a view too.</summary>
    [Fact]
    public void A_pass_of_the_CIFAR10_pair_makes_few_tensors()
    {
        using DeepPair pair = new();
        using IDisposable inference = inference_mode();
        using IDisposable kernels = GpuKernels.Replace(new KernelCalls(new RecordingDriver()));
        Made(pair.Denoise).Should().BeLessThanOrEqualTo(720);
        Made(pair.Classify).Should().BeLessThanOrEqualTo(240);
    }

    [Fact]
    public void Types_that_the_kernels_do_not_know_are_computed_plainly()
    {
        RecordingDriver driver = new();
        using IDisposable inference = inference_mode();
        using IDisposable kernels = GpuKernels.Replace(new KernelCalls(driver));
        using DiffusionUNet network = new(s_unet);
        network.to(ScalarType.Float64);
        using Tensor x = zeros([1, 3, 8, 8], ScalarType.Float64), timesteps = zeros(1), y = network.call(x, timesteps);
        driver.Launched.Should().BeEmpty();
    }

    private static double Error(Tensor own, Tensor plain) =>
        ((own - plain).to_type(ScalarType.Float32).norm() / plain.to_type(ScalarType.Float32).norm()).item<float>();

    private static int Made(Action pass)
    {
        var statistics = DisposeScopeManager.Statistics.TensorStatistics;
        long Count() => statistics.CreatedInScopeCount + statistics.CreatedOutsideScopeCount;
        long before = Count();
        pass();
        return (int)(Count() - before);
    }

    // Zeroed layers would hide what is before them, and libtorch's own generator is the process's.
    private static void Fill(nn.Module network, ScalarType type)
    {
        SyntheticWeights.Fill(network);
        network.to(type);
        network.eval();
    }

    private static Tensor Input(params long[] shape) => SyntheticWeights.Input(1000100, shape, -1.7, 1.7);

    private static Case UNet(DiffusionUNetOptions options, bool oneTime, int height = 12, int width = 8)
    {
        DiffusionUNet network = new(options);
        Tensor x = Input(3, 3, height, width), timesteps = tensor(new float[] { 3, 250, 900 });
        return new Case(network, [x, timesteps], () =>
        {
            using Tensor typed = x.to_type(network.parameters().First().dtype);
            return oneTime ? ((IOneTimestepNetwork)network).Predict(typed, 250, variance: true) : network.call(typed, timesteps);
        });
    }

    private static Case Classes(DiffusionUNetOptions options)
    {
        DiffusionUNet network = new(options);
        Tensor x = Input(2, 3, 8, 8), timesteps = tensor(new float[] { 3, 900 }), labels = tensor(new long[] { 0, 3 });
        return new Case(network, [x, timesteps, labels], () =>
        {
            using Tensor typed = x.to_type(network.parameters().First().dtype);
            return network.forward(typed, timesteps, labels);
        });
    }

    private static Case Images(nn.Module<Tensor, Tensor> network, int side)
    {
        Tensor x = Input(3, 3, side, side);
        return new Case(network, [x], () =>
        {
            using Tensor typed = x.to_type(network.parameters().First().dtype);
            return network.call(typed);
        });
    }

    /// <summary>The paper's pair for CIFAR-10, as deep and much narrower, and a pass of each by one small image.</summary>
    private sealed class DeepPair : IDisposable
    {
        private readonly DiffusionUNet _unet = new(DiffusionUNetOptions.ImprovedDiffusionCifar10 with { ModelChannels = 32 });
        private readonly VisionTransformer _vit = new(VisionTransformerOptions.Base16Cifar10 with
        {
            ImageSize = 32, PatchSize = 16, HiddenSize = 48, IntermediateSize = 48,
        });
        private readonly Tensor _noisy = rand(1, 3, 8, 8), _images = rand(1, 3, 32, 32);

        public DeepPair()
        {
            _unet.eval();
            _vit.eval();
        }

        public void Denoise() => ((IOneTimestepNetwork)_unet).Predict(_noisy, 250, variance: false).Dispose();

        public void Classify() => _vit.call(_images).Dispose();

        public void Dispose()
        {
            _unet.Dispose();
            _vit.Dispose();
            _noisy.Dispose();
            _images.Dispose();
        }
    }

    /// <summary>A network and a pass of it.</summary>
    private sealed record Case(nn.Module Network, Tensor[] Inputs, Func<Tensor> Run) : IDisposable
    {
        public void Dispose()
        {
            Network.Dispose();
            foreach (Tensor input in Inputs)
                input.Dispose();
        }
    }
}
