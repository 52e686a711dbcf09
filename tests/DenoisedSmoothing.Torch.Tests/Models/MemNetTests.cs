using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Models;
using DenoisedSmoothing.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Models;

/// <summary>Against archs/memnet.py of Salman et al. under the goldens' synthetic weights (memnet.*, networks_extra.*).</summary>
public class MemNetTests
{
    [Fact]
    public void StateDict_has_the_references_names_and_shapes()
    {
        using MemNet network = new();
        Parity.Keys(network).Should().BeEquivalentTo(Parity.GoldenKeys("memnet.keys.tsv"));
        network.parameters().Sum(parameter => parameter.numel()).Should().Be(1_436_678);
    }

    [Fact]
    public void Forward_equals_the_reference()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = inference_mode();
        MemNet network = Parity.Filled(new MemNet());
        using SafetensorsFile golden = SafetensorsFile.Open(Golden.PathOf("memnet.safetensors"));
        Parity.RelativeError(network.call(golden.Read("input")), golden.Read("output")).Should().BeLessThan(1e-5);
    }

    [Fact]
    public void Forward_small_equals_the_reference()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = inference_mode();
        MemNet network = Parity.Filled(new MemNet(inChannels: 1, width: 16, memoryBlocks: 3, residualUnits: 2));
        ExtraGolden.RelativeError("memnet_small", network.call(ExtraGolden.Input("memnet_small"))).Should().BeLessThan(1e-5);
    }

    [Fact]
    public void Network_leaks_nothing_moves_whole_and_trains() =>
        Parity.ShouldBehave(() => new MemNet(width: 8, memoryBlocks: 2, residualUnits: 2), 2, 3, 8, 8);

    [Fact]
    public void Forward_wrong_channels_says_what_it_takes()
    {
        using MemNet network = new(width: 8, memoryBlocks: 1, residualUnits: 1);
        using Tensor x = zeros(2, 1, 8, 8);
        Action act = () => network.call(x);
        act.Should().Throw<ArgumentException>().WithMessage("*MemNet takes colour images; yours are 1x8x8.*");
    }

    [Fact]
    public void Constructor_no_memory_block_is_refused()
    {
        Action act = () => _ = new MemNet(memoryBlocks: 0);
        act.Should().Throw<ArgumentOutOfRangeException>();
    }
}
