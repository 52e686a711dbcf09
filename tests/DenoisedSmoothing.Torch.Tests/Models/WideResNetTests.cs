using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Models;
using DenoisedSmoothing.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Models;

/// <summary>Against archs/wrn.py of Salman et al. under the goldens' synthetic weights (wrn_28_10.*, networks_extra.*).</summary>
public class WideResNetTests
{
    [Fact]
    public void StateDict_wrn_28_10_has_the_references_names_and_shapes()
    {
        using WideResNet network = new();
        Parity.Keys(network).Should().BeEquivalentTo(Parity.GoldenKeys("wrn_28_10.keys.tsv"));
        network.parameters().Sum(parameter => parameter.numel()).Should().Be(36_479_194);
    }

    [Fact]
    public void Forward_wrn_28_10_equals_the_reference()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = inference_mode();
        WideResNet network = Parity.Filled(new WideResNet());
        using SafetensorsFile golden = SafetensorsFile.Open(Golden.PathOf("wrn_28_10.safetensors"));
        Parity.RelativeError(network.call(golden.Read("input")), golden.Read("logits")).Should().BeLessThan(1e-4);
    }

    [Theory]
    [InlineData("wrn_16_1", 16, 1, 7)]
    [InlineData("wrn_10_3", 10, 3, 5)]
    public void Forward_small_equals_the_reference(string name, int depth, int widenFactor, int classCount)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = inference_mode();
        WideResNet network = Parity.Filled(new WideResNet(depth, widenFactor, classCount));
        ExtraGolden.RelativeError(name, network.call(ExtraGolden.Input(name))).Should().BeLessThan(1e-5);
    }

    [Fact]
    public void Network_leaks_nothing_moves_whole_and_trains() => Parity.ShouldBehave(() => new WideResNet(10, 2, 4), 2, 3, 32, 32);

    [Fact]
    public void Forward_wrong_channels_says_what_it_takes()
    {
        using WideResNet network = new(10, 1);
        using Tensor x = zeros(2, 1, 32, 32);
        Action act = () => network.call(x);
        act.Should().Throw<ArgumentException>().WithMessage("*WideResNet takes colour images; yours are 1x32x32.*");
    }

    [Fact]
    public void Constructor_depth_not_6n_plus_4_is_refused()
    {
        Action act = () => _ = new WideResNet(30);
        act.Should().Throw<ArgumentOutOfRangeException>().WithMessage("*6n + 4*");
    }
}
