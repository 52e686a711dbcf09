using DenoisedSmoothing.Kernels;
using DenoisedSmoothing.Models;
using DenoisedSmoothing.Parts;
using DenoisedSmoothing.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Kernels;

/// <summary>Networks by the library's own kernels, run by the emulator, against the same networks by plain operations.</summary>
public sealed class KernelNetworksTests
{
    private static readonly DiffusionUNetOptions s_unet = new()
    {
        InChannels = 3, OutChannels = 6, ModelChannels = 32, ResidualBlocks = 1, ChannelMultipliers = [1, 2], AttentionFactors = [2],
        Heads = 4, ScaleShiftNorm = true,
    };

    private static readonly Dictionary<string, Func<(nn.Module Network, Func<Tensor> Run)>> s_networks = new()
    {
        ["unet"] = () => UNet(s_unet, oneTime: true),
        ["unet, a time for each row"] = () => UNet(s_unet, oneTime: false),
        ["unet, time added"] = () => UNet(s_unet with { ScaleShiftNorm = false }, oneTime: true),
        ["unet, time added for each row"] = () => UNet(s_unet with { ScaleShiftNorm = false }, oneTime: false),
        ["unet, resampling blocks"] = () => UNet(s_unet with { ResBlockUpDown = true, NewAttentionOrder = true }, oneTime: true),
        ["unet, means and repeats"] = () => UNet(s_unet with { ConvResample = false }, oneTime: true),
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
        manual_seed(7);
        (nn.Module network, Func<Tensor> run) = s_networks[name]();
        using (network)
        {
            Stir(network, type);
            using IDisposable inference = inference_mode();
            using Tensor plain = run();
            Tensor own;
            using (GpuKernels.Replace(new KernelCalls(driver)))
                own = run();
            using (own)
            {
                driver.Launched.Should().NotBeEmpty();
                own.shape.Should().Equal(plain.shape);
                double error = ((own - plain).to_type(ScalarType.Float32).norm() / plain.to_type(ScalarType.Float32).norm()).item<float>();
                error.Should().BeLessThan(type == ScalarType.Float32 ? 2e-5 : 3e-2);
            }
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Networks))]
    public void Forward_by_the_kernels_keeps_no_tensor(string name, ScalarType type)
    {
        CpuDriver driver = CpuDriver.OrSkip();
        (nn.Module network, Func<Tensor> run) = s_networks[name]();
        using (network)
        {
            Stir(network, type);
            using IDisposable inference = inference_mode();
            using IDisposable kernels = GpuKernels.Replace(new KernelCalls(driver));
            run().Dispose();
            LiveTensors.ShouldNotChange(() => run().Dispose());
        }
    }

    [Fact]
    public void Where_gradients_may_be_taped_plain_operations_are_taken()
    {
        RecordingDriver driver = new();
        using IDisposable kernels = GpuKernels.Replace(new KernelCalls(driver));
        foreach (Func<(nn.Module Network, Func<Tensor> Run)> make in s_networks.Values)
        {
            (nn.Module network, Func<Tensor> run) = make();
            using (network)
                run().Dispose();
        }

        driver.Launched.Should().BeEmpty();
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

    // Zeroed layers would hide what is before them.
    private static void Stir(nn.Module network, ScalarType type)
    {
        using IDisposable guard = no_grad();
        foreach (Tensor parameter in network.parameters())
            parameter.add_(randn_like(parameter).mul_(.05));
        network.to(type);
        network.eval();
    }

    private static (nn.Module, Func<Tensor>) UNet(DiffusionUNetOptions options, bool oneTime)
    {
        DiffusionUNet network = new(options);
        Tensor x = randn(3, 3, 12, 8), timesteps = tensor(new float[] { 3, 250, 900 });
        return (network, () =>
        {
            using Tensor typed = x.to_type(network.parameters().First().dtype);
            return oneTime ? ((IOneTimestepNetwork)network).Predict(typed, 250, variance: true) : network.call(typed, timesteps);
        });
    }

    private static (nn.Module, Func<Tensor>) Classes(DiffusionUNetOptions options)
    {
        DiffusionUNet network = new(options);
        Tensor x = randn(2, 3, 8, 8), timesteps = tensor(new float[] { 3, 900 }), labels = tensor(new long[] { 0, 3 });
        return (network, () =>
        {
            using Tensor typed = x.to_type(network.parameters().First().dtype);
            return network.forward(typed, timesteps, labels);
        });
    }

    private static (nn.Module, Func<Tensor>) Images(nn.Module<Tensor, Tensor> network, int side)
    {
        Tensor x = randn(3, 3, side, side);
        return (network, () =>
        {
            using Tensor typed = x.to_type(network.parameters().First().dtype);
            return network.call(typed);
        });
    }
}
