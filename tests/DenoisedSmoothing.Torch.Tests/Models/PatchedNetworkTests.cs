using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Models;

public class PatchedNetworkTests
{
    /// <summary>The name goes into fingerprints: it tells what the weights do not.</summary>
    [Fact]
    public void GetName_tells_the_patch_and_the_inner_networks_name()
    {
        DiffusionUNetOptions options = new() { InChannels = 4, OutChannels = 4, ModelChannels = 32, ChannelMultipliers = [1], ResidualBlocks = 1, Heads = 2 };
        using PatchedNetwork network = new(new DiffusionUNet(options), 2);
        network.GetName().Should().Be("PatchedNetwork(2;DiffusionUNet(heads=2/2))");
    }

    /// <summary>A network that returns its input shows that patches go back where they came from.</summary>
    [Fact]
    public void Forward_spreads_patches_back()
    {
        using PatchedNetwork network = new(new Same(), 2);
        using Tensor x = arange(32, float32).reshape(1, 2, 4, 4), t = ones(1);
        using Tensor y = network.call(x, t);
        y.data<float>().ToArray().Should().Equal(x.data<float>().ToArray());
    }

    [Fact]
    public void Constructor_without_a_network_or_a_patch_is_refused()
    {
        using Same inner = new();
        FluentActions.Invoking(() => new PatchedNetwork(null!, 2)).Should().Throw<ArgumentNullException>();
        FluentActions.Invoking(() => new PatchedNetwork(inner, 0)).Should().Throw<ArgumentOutOfRangeException>();
    }

    private sealed class Same : nn.Module<Tensor, Tensor, Tensor>
    {
        public Same() : base(nameof(Same))
        {
        }

        public override Tensor forward(Tensor x, Tensor timesteps)
        {
            x.shape.Should().Equal(1, 8, 2, 2);
            return x.alias();
        }
    }
}
