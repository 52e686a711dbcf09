using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Models;
using DenoisedSmoothing.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Models;

/// <summary>Against archs/dncnn.py of Salman et al. under the goldens' synthetic weights (dncnn17.*, networks_extra.*).</summary>
public class DnCnnTests
{
    [Fact]
    public void StateDict_dncnn17_has_the_references_names_and_shapes()
    {
        using DnCnn network = new();
        Parity.Keys(network).Should().BeEquivalentTo(Parity.GoldenKeys("dncnn17.keys.tsv"));
        network.parameters().Sum(parameter => parameter.numel()).Should().Be(558_400);
    }

    [Fact]
    public void Parameters_wide_are_as_many_as_the_references()
    {
        using DnCnn network = new(width: 128);
        network.parameters().Sum(parameter => parameter.numel()).Should().Be(2_222_720);
    }

    [Fact]
    public void Forward_dncnn17_equals_the_reference()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = inference_mode();
        DnCnn network = Parity.Filled(new DnCnn());
        using SafetensorsFile golden = SafetensorsFile.Open(Golden.PathOf("dncnn17.safetensors"));
        Parity.RelativeError(network.call(golden.Read("input")), golden.Read("output")).Should().BeLessThan(1e-5);
    }

    [Fact]
    public void Forward_grey_equals_the_reference()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = inference_mode();
        DnCnn network = Parity.Filled(new DnCnn(inChannels: 1, depth: 5, width: 24));
        ExtraGolden.RelativeError("dncnn_grey", network.call(ExtraGolden.Input("dncnn_grey"))).Should().BeLessThan(1e-5);
    }

    [Fact]
    public void Forward_untrained_is_the_identity()
    {
        using DisposeScope scope = NewDisposeScope();
        DnCnn network = new(depth: 4, width: 8);
        network.eval();
        Tensor x = SyntheticWeights.Input(1, [2, 3, 8, 8]);
        Parity.RelativeError(network.call(x), x).Should().Be(0);
    }

    [Fact]
    public void Network_leaks_nothing_moves_whole_and_trains() => Parity.ShouldBehave(() => new DnCnn(depth: 4, width: 8), 2, 3, 8, 8);

    [Fact]
    public void Forward_wrong_channels_says_what_it_takes()
    {
        using DnCnn network = new(depth: 4, width: 8);
        using Tensor x = zeros(2, 1, 8, 8);
        Action act = () => network.call(x);
        act.Should().Throw<ArgumentException>().WithMessage("*DnCnn takes colour images; yours are 1x8x8.*");
    }

    [Fact]
    public void Constructor_one_convolution_is_refused()
    {
        Action act = () => _ = new DnCnn(depth: 1);
        act.Should().Throw<ArgumentOutOfRangeException>();
    }
}
