using DenoisedSmoothing.Data;
using DenoisedSmoothing.Kernels;
using DenoisedSmoothing.Models;
using DenoisedSmoothing.Networks;
using DenoisedSmoothing.Parts;
using DenoisedSmoothing.Presets;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Kernels;

/// <summary>What only a card can show; skipped without one. All of them: <c>dotnet test --filter Category=Gpu</c>.</summary>
[Collection(nameof(LibTorch.AllowTf32))]
[Trait("Category", "Gpu")]
public sealed class GpuTests
{
    [SkippableFact]
    public void The_kernels_load_and_equal_the_plain_operations_on_every_card()
    {
        for (int i = 0; i < Cards(); i++)
        {
            GpuKernels.WhyNot(new Device(DeviceType.CUDA, i)).Should().BeNull();
            GpuKernels.WhyNotTf32x3(new Device(DeviceType.CUDA, i)).Should().BeNull();
        }
    }

    [SkippableTheory]
    [InlineData(ScalarType.Float32, 1e-4)]
    [InlineData(ScalarType.Float16, 5e-3)]
    [InlineData(ScalarType.BFloat16, 4e-2)]
    public void Networks_by_the_kernels_are_those_by_plain_operations_on_the_processor(ScalarType type, double tolerance)
    {
        Cards();
        using IDisposable inference = inference_mode();
        manual_seed(3);
        using DiffusionUNet unet = new(new DiffusionUNetOptions
        {
            ModelChannels = 64, ChannelMultipliers = [1, 2, 2], ResidualBlocks = 2, AttentionFactors = [2, 4],
        });
        using VisionTransformer vit = new(VisionTransformerOptions.Base16Cifar10 with { HiddenLayers = 3 });
        using Beit beit = new(BeitOptions.Large16Size512 with { ImageSize = 128, Depth = 3 });
        foreach (nn.Module network in (nn.Module[])[unet, vit, beit])
        {
            using (no_grad())
            {
                foreach (Tensor parameter in network.parameters())
                    parameter.add_(randn_like(parameter).mul_(.02));
            }

            network.eval();
            int side = network is DiffusionUNet ? 32 : network is Beit ? 128 : 224;
            using Tensor images = randn(5, 3, side, side);
            using Tensor expected = Run(network, images);
            network.to("cuda").to(type);
            using Tensor moved = images.to(type, new Device("cuda")), own = Run(network, moved);
            double error = ((own.cpu().to_type(ScalarType.Float32) - expected).norm() / expected.norm()).item<float>();
            error.Should().BeLessThan(tolerance, network.GetName());
        }
    }

    [SkippableFact]
    public void Certificates_are_the_same_twice_alone_and_together_and_name_the_path()
    {
        Cards();
        using FashionMnistPair pair = FashionMnistPair.Load("cuda");
        LabeledImages images = FashionMnistPair.TestImages();
        SmoothingImage[] some = [.. Enumerable.Range(0, 6).Select(index => new SmoothingImage(images.Image(index), index))];
        SmoothedClassifier Smoothed() => new(pair.Denoiser, pair.Classifier, .5, new CohenCertifier(n: 1000),
            new SmoothingOptions { Seed = 5, Batch = 256, Devices = ["cuda"] });
        SmoothedClassifier first = Smoothed(), second = Smoothed();
        first.Warnings.Should().NotContain(warning => warning.Contains("by plain operations"));

        Certificate[] together = [.. first.CertifyMany(some)];
        Certificate[] again = [.. second.CertifyMany(some)], alone = [.. some.Select(image => second.Certify(image))];

        again.Should().Equal(together);
        alone.Should().Equal(together);
        string arithmetic = LibTorch.ArithmeticOn("cuda", "float32");
        arithmetic.Should().StartWith($"float32+kernels{GpuKernels.Version}");
        together.Should().OnlyContain(certificate => certificate.Provenance!.Precision == arithmetic);
    }

    // As a vision transformer has them: a piece and three, slices, and what small sums give.
    [SkippableTheory]
    [InlineData(12_608, 768, 3072)]
    [InlineData(12_608, 3072, 768)]
    [InlineData(40_001, 3072, 768)]
    [InlineData(400, 1000, 4096)]
    public void Products_of_float32_by_tensor_cores_are_those_of_float64(int count, int terms, int results)
    {
        Cards();
        GpuKernels.WhyNotTf32x3(new Device("cuda")).Should().BeNull();
        Skip.IfNot(GpuKernels.TakesTf32x3(new Device("cuda")), "three products in TF32 are no faster on this card");
        using IDisposable inference = inference_mode();
        using DisposeScope scope = NewDisposeScope();
        manual_seed(4);
        Tensor rows = randn(count, terms, device: new Device("cuda")), weight = randn(results, terms, device: new Device("cuda"));
        Tensor bias = randn(results, device: new Device("cuda"));
        SplitProduct products = GpuKernels.ProductsFor(rows)!;
        products.Takes(rows, weight, bias).Should().BeTrue();

        Tensor y = products.Run(rows, weight, bias), again = products.Run(rows, weight, bias);

        Tensor exact = nn.functional.linear(
            rows.to_type(ScalarType.Float64), weight.to_type(ScalarType.Float64), bias.to_type(ScalarType.Float64));
        ((y.to_type(ScalarType.Float64) - exact).norm() / exact.norm()).item<double>().Should().BeLessThan(1e-5);
        y.eq(again).all().item<bool>().Should().BeTrue();
    }

    [SkippableFact]
    public void Changed_weights_on_a_card_are_noticed()
    {
        Cards();
        using nn.Module<Tensor, Tensor> network = nn.Sequential(nn.Linear(300, 400), nn.Linear(400, 3)).to("cuda");
        string before = StateHash.Of(network);
        StateHash.Of(network).Should().Be(before);
        using (no_grad())
            network.parameters().Last()[1] = network.parameters().Last()[1] + 1e-6f;
        StateHash.Of(network).Should().NotBe(before);
        network.to("cpu");
        string changed = StateHash.Of(network);
        network.to("cuda");
        StateHash.Of(network).Should().Be(changed);
    }

    [SkippableFact]
    public void Tf32_is_off_until_it_is_asked_for()
    {
        Cards();
        LibTorch.AllowTf32.Should().BeFalse();
    }

    private static int Cards()
    {
        LibTorch.EnsureAvailable();
        bool any;
        try
        {
            any = LibTorch.DeviceNamed("cuda").type == DeviceType.CUDA;
        }
        catch (ArgumentException)
        {
            any = false;
        }

        Skip.IfNot(any, "there is no CUDA device");
        return cuda.device_count();
    }

    private static Tensor Run(nn.Module network, Tensor images) => network is DiffusionUNet unet
        ? ((IOneTimestepNetwork)unet).Predict(images, 250, variance: true)
        : ((nn.Module<Tensor, Tensor>)network).call(images);
}
