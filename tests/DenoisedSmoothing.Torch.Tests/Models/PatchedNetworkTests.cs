using DenoisedSmoothing.Models;
using DenoisedSmoothing.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Models;

public class PatchedNetworkTests
{
    [Theory]
    [InlineData(1, 3)]
    [InlineData(2, 1)]
    [InlineData(2, 3)]
    [InlineData(3, 2)]
    public void Forward_equals_unshuffling_and_shuffling_by_hand(int patch, int channels)
    {
        const int rows = 2, side = 6;
        using DisposeScope scope = NewDisposeScope();
        Tensor x = Images.Random(1, rows, channels, side, side), timesteps = tensor([3f, 5f]);
        int inner = channels * patch * patch;
        long[] seen = [];
        // Inner channel k is multiplied by k + 1 and by the row's timestep: any other arrangement of the channels would show.
        FakeNetwork network = new((patches, t) =>
        {
            seen = patches.shape;
            return patches * arange(1, inner + 1).to_type(ScalarType.Float32).reshape(1, -1, 1, 1) * t.reshape(-1, 1, 1, 1);
        });
        using PatchedNetwork patched = new(network, patch);

        float[] result = Images.ValuesOf(patched.call(x, timesteps)), pixels = Images.ValuesOf(x);

        seen.Should().Equal(rows, inner, side / patch, side / patch);
        for (int i = 0; i < pixels.Length; i++)
        {
            int column = i % side, line = i / side % side, channel = i / (side * side) % channels, row = i / (side * side * channels);
            int innerChannel = channel * patch * patch + line % patch * patch + column % patch;
            result[i].Should().Be(pixels[i] * (innerChannel + 1) * (row == 0 ? 3 : 5));
        }
    }

    [Fact]
    public void Forward_leaves_no_tensor()
    {
        using Tensor x = Images.Random(1, 1, 1, 4, 4), timesteps = zeros(1);
        using PatchedNetwork patched = new(new FakeNetwork((patches, _) => patches * 2), 2);
        LiveTensors.ShouldNotChange(() => patched.call(x, timesteps).Dispose());
    }

    [Fact]
    public void Constructor_refuses_what_cannot_be()
    {
        Action patch = () => _ = new PatchedNetwork(new FakeNetwork((x, _) => x), 0), none = () => _ = new PatchedNetwork(null!, 2);
        patch.Should().Throw<ArgumentOutOfRangeException>();
        none.Should().Throw<ArgumentNullException>();
    }

    /// <summary>The name goes into fingerprints: it tells what the weights do not.</summary>
    [Fact]
    public void GetName_tells_the_patch_and_the_inner_networks_name()
    {
        DiffusionUNetOptions options = new()
        {
            InChannels = 4,
            OutChannels = 4,
            ModelChannels = 32,
            ChannelMultipliers = [1],
            ResidualBlocks = 1,
            Heads = 2,
        };
        using PatchedNetwork network = new(new DiffusionUNet(options), 2);
        network.GetName().Should().Be("PatchedNetwork(2;DiffusionUNet(heads=2/2))");
    }

    [Fact]
    public void Weights_are_registered_under_network()
    {
        using nn.Module<Tensor, Tensor, Tensor> patched = FashionMnistPair.NewDenoiserNetwork();
        patched.state_dict().Keys.Should().NotBeEmpty().And.OnlyContain(name => name.StartsWith("network.", StringComparison.Ordinal));
        patched.parameters().Sum(parameter => parameter.numel()).Should().BeInRange(1_600_000, 1_800_000);
    }
}
