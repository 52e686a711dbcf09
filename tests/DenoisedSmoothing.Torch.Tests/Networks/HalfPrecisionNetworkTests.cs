using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Denoising;
using DenoisedSmoothing.Models;
using DenoisedSmoothing.Networks;
using DenoisedSmoothing.Schedules;
using DenoisedSmoothing.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Networks;

public class HalfPrecisionNetworkTests
{
    [Theory]
    [InlineData(ScalarType.Float16, 2e-2)]
    [InlineData(ScalarType.BFloat16, 1e-1)]
    public void Classifier_in_half_is_close_to_float32_and_says_so(ScalarType type, double tolerance)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = inference_mode();
        CifarResNet network = new(8, 10, ResNetShortcut.Pad), copy = new(8, 10, ResNetShortcut.Pad);
        SyntheticWeights.Fill(network);
        SyntheticWeights.Fill(copy);
        using ModuleClassifier full = new(network, 10, Normalization.ImageNet, disposeNetwork: true);
        using ModuleClassifier half = new(new HalfPrecisionNetwork(copy, type), 10, Normalization.ImageNet, disposeNetwork: true);
        Tensor images = SyntheticWeights.Input(1, [4, 3, 16, 16], 0, 1);
        Tensor logits = half.Classify(images);
        logits.dtype.Should().Be(ScalarType.Float32);
        Parity.RelativeError(logits, full.Classify(images)).Should().BeInRange(1e-6, tolerance);
        half.Info.Precision.Should().Be(type.ToString().ToLowerInvariant());
        full.Info.Precision.Should().Be("float32");
        half.Info.Fingerprint.Should().NotBe(full.Info.Fingerprint);
    }

    [Fact]
    public void Denoiser_in_bfloat16_keeps_its_timesteps()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = inference_mode();
        DiffusionUNetOptions options = new()
        {
            InChannels = 1,
            OutChannels = 1,
            ModelChannels = 32,
            ChannelMultipliers = [1],
            ResidualBlocks = 1,
        };
        DiffusionUNet network = new(options), copy = new(options);
        SyntheticWeights.Fill(network);
        SyntheticWeights.Fill(copy);
        using OneShotDenoiser full = new(network, new CosineSchedule(1000), disposeNetwork: true);
        using OneShotDenoiser half = new(new HalfPrecisionNetwork(copy, ScalarType.BFloat16), new CosineSchedule(1000),
            disposeNetwork: true);
        Tensor noisy = SyntheticWeights.Input(1, [2, 1, 8, 8], 0, 1);
        NoiseContext noise = new(0.5);
        Parity.RelativeError(half.Denoise(noisy, noise), full.Denoise(noisy, noise)).Should().BeInRange(1e-6, 2e-2);
        half.Info.Precision.Should().Be("bfloat16");
        LiveTensors.ShouldNotChange(() => half.Denoise(noisy, noise).Dispose());
    }

    [Fact]
    public void Constructor_refuses_other_types_and_calls_of_other_arguments()
    {
        using CifarResNet network = new(8, 10, ResNetShortcut.Pad);
        Action type = () => _ = new HalfPrecisionNetwork(network, ScalarType.Float64);
        type.Should().Throw<ArgumentException>().WithMessage("*Float16 or BFloat16*");
        HalfPrecisionNetwork half = new(network);
        using Tensor images = zeros(1, 3, 8, 8), timesteps = zeros(1);
        half.Invoking(it => it.call(images, timesteps)).Should().Throw<InvalidOperationException>().WithMessage("*images only*");
    }
}
