using System.Text.Json;
using DenoisedSmoothing.Models;
using DenoisedSmoothing.Parts;
using DenoisedSmoothing.Testing;
using DenoisedSmoothing.Torch.Tests.Hub;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Models;

/// <summary>Against huggingface/diffusers v0.27.2 under the goldens' synthetic weights (diffusers.*).</summary>
public class UNet2DModelTests
{
    public static TheoryData<string> Names =>
        ["ddpm", "centred", "fourier", "resnets", "resnets_with_norm", "no_attention", "no_middle"];

    [Theory]
    [MemberData(nameof(Names))]
    public void Forward_equals_the_reference(string name)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = inference_mode();
        UNet2DModel network = Parity.Filled(new UNet2DModel(DiffusersGolden.Options(name)));
        Tensor output = network.call(DiffusersGolden.Input(name), tensor(new[] { 3.25f, 731f }));
        DiffusersGolden.RelativeError(name, output).Should().BeLessThan(1e-5);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Predict_equals_the_timestep_in_every_row_and_leaves_nothing(string name)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = inference_mode();
        UNet2DModel network = Parity.Filled(new UNet2DModel(DiffusersGolden.Options(name)));
        Tensor x = DiffusersGolden.Input(name), plain = network.call(x, full(2, 289.5, ScalarType.Float32));
        Parity.RelativeError(IOneTimestepNetwork.Ask(network, x, 289.5, variance: true), plain).Should().BeLessThan(5e-6);
        LiveTensors.ShouldNotChange(() => IOneTimestepNetwork.Ask(network, x, 289.5, variance: false).Dispose());
        LiveTensors.ShouldNotChange(() =>
        {
            using Tensor times = tensor(new[] { 3.25f, 731f });
            network.call(x, times).Dispose();
        });
    }

    /// <summary>The file of the release, google/ddpm-cifar10-32, and what diffusers builds from it.</summary>
    [Fact]
    public void DdpmCifar10_has_the_names_and_the_size_of_the_release()
    {
        using JsonDocument config = Golden.Json("diffusers/ddpm-cifar10-32.json");
        UNet2DModelOptions read = DiffusersGolden.Options(config.RootElement), known = UNet2DModelOptions.DdpmCifar10;
        read.Should().BeEquivalentTo(known);
        using UNet2DModel network = new(known);
        Parity.Keys(network).Should().BeEquivalentTo(Parity.GoldenKeys("diffusers_ddpm_cifar10.keys.tsv"));
        network.parameters().Sum(parameter => parameter.numel()).Should().Be(35_746_307);
    }

    [Fact]
    [Trait("Category", "Slow")]
    public void Forward_of_the_releases_size_equals_the_reference()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = inference_mode();
        UNet2DModel network = Parity.Filled(new UNet2DModel(UNet2DModelOptions.DdpmCifar10));
        Tensor output = network.call(SyntheticWeights.Input(3000400, [1, 3, 32, 32]), tensor(new[] { 321f }));
        DiffusersGolden.RelativeError("ddpm_cifar10", output).Should().BeLessThan(1e-5);
    }

    [Fact]
    public void Forward_trains_every_weight_and_moves_to_another_type()
    {
        using DisposeScope scope = NewDisposeScope();
        UNet2DModel network = Parity.Filled(new UNet2DModel(DiffusersGolden.Options("resnets_with_norm")));
        Tensor x = DiffusersGolden.Input("resnets_with_norm"), times = tensor(new[] { 3.25f, 731f });
        network.train();
        network.call(x, times).square().sum().backward();
        foreach ((string name, TorchSharp.Modules.Parameter parameter) in network.named_parameters())
            parameter.grad.Should().NotBeNull(name);
        network.eval();
        using IDisposable inference = inference_mode();
        Tensor single = network.call(x, times);
        network.to(ScalarType.Float64);
        Tensor exact = network.call(x.to_type(ScalarType.Float64), times);
        exact.dtype.Should().Be(ScalarType.Float64);
        Parity.RelativeError(single, exact.to_type(ScalarType.Float32)).Should().BeLessThan(1e-5);
    }

    /// <summary>The weights alone do not tell all of the function: such networks must not pass for the same.</summary>
    [Fact]
    public void GetName_tells_what_the_weights_do_not()
    {
        UNet2DModelOptions ddpm = DiffusersGolden.Options("ddpm");
        string[] names =
        [
            .. new[]
            {
                ddpm, ddpm with { AttentionHeadDim = 8 }, ddpm with { NormGroups = 16 }, ddpm with { NormEpsilon = 1e-5 },
                ddpm with { MidScaleFactor = 2 }, ddpm with { DownsamplePadding = 1 }, ddpm with { FlipSinToCos = true },
                ddpm with { FrequencyShift = 0 }, ddpm with { CenterInput = true },
            }.Select(options =>
            {
                using UNet2DModel network = new(options);
                return network.GetName();
            }),
        ];
        names.Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public void What_cannot_be_is_refused()
    {
        UNet2DModelOptions ddpm = DiffusersGolden.Options("ddpm");
        foreach (UNet2DModelOptions bad in new[]
            {
                ddpm with { BlockChannels = [32] }, ddpm with { NormGroups = 5 }, ddpm with { AttentionHeadDim = 7 },
                ddpm with { DownsamplePadding = 2 }, ddpm with { NormEpsilon = 0 }, ddpm with { MidScaleFactor = double.NaN },
                ddpm with { Dropout = 1 }, ddpm with { LayersPerBlock = 0 }, ddpm with { FrequencyShift = 16 },
                ddpm with { MidAttentionNormGroups = 3 }, ddpm with { DownBlocks = [(UNet2DBlockType)7, UNet2DBlockType.Plain] },
            })
            FluentActions.Invoking(() => new UNet2DModel(bad)).Should().Throw<ArgumentException>(bad.ToString());
        using DisposeScope scope = NewDisposeScope();
        UNet2DModel network = new(ddpm);
        FluentActions.Invoking(() => network.call(zeros(2, 3, 15, 16), zeros(2))).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => network.call(zeros(2, 3, 16, 16), zeros(1))).Should().Throw<ArgumentException>().WithMessage("*row*");
    }
}
