using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Models;
using DenoisedSmoothing.Networks;
using DenoisedSmoothing.Parts;
using DenoisedSmoothing.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Models;

/// <summary>
/// A network asked at one timestep for all rows, against the same network fed the timestep in every row, which the goldens check
/// (<see cref="DiffusionUNetTests"/>).
/// </summary>
public class OneTimestepTests
{
    private const double Timestep = 289.5;

    // float32 through some twenty layers in another order of operations; the goldens are held to twice this.
    private const double Rounding = 5e-6;

    private static readonly DiffusionUNetOptions s_options = new()
    {
        ModelChannels = 32,
        ChannelMultipliers = [1, 2],
        ResidualBlocks = 1,
        AttentionFactors = [2],
        HeadChannels = 16,
    };

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public void Predict_equals_the_timestep_in_every_row(bool scaleShift, bool resBlockUpDown)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = inference_mode();
        DiffusionUNet network = Parity.Filled(new DiffusionUNet(s_options with
        {
            ScaleShiftNorm = scaleShift,
            ResBlockUpDown = resBlockUpDown,
        }));
        Tensor x = SyntheticWeights.Input(1, [3, 3, 16, 16]), plain = network.call(x, full(3, Timestep, ScalarType.Float32));
        Parity.RelativeError(Ask(network, x, variance: true), plain).Should().BeLessThan(Rounding);
        Parity.RelativeError(Ask(network, x, variance: false), plain.narrow(1, 0, 3)).Should().BeLessThan(Rounding);
        LiveTensors.ShouldNotChange(() => Ask(network, x, variance: false).Dispose());
    }

    [Fact]
    public void Predict_sees_weights_as_they_are()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = no_grad();
        DiffusionUNet network = Parity.Filled(new DiffusionUNet(s_options));
        Tensor x = SyntheticWeights.Input(1, [2, 3, 16, 16]), before = Ask(network, x, variance: true);
        // What is folded, and the layers that it is folded into.
        foreach (string name in new[] { "time_embed.2.bias", "input_blocks.1.0.emb_layers.1.weight", "input_blocks.1.0.out_layers.0.weight",
            "middle_block.1.qkv.weight", "out.2.weight" })
        {
            network.state_dict()[name].mul_(1.5);
            Tensor after = Ask(network, x, variance: true);
            Parity.RelativeError(after, before).Should().BeGreaterThan(1e-4, name);
            Parity.RelativeError(after, network.call(x, full(2, Timestep, ScalarType.Float32))).Should().BeLessThan(Rounding, name);
            before = after;
        }

        network.to(ScalarType.Float64);
        Parity.RelativeError(Ask(network, x.to_type(ScalarType.Float64), variance: true).to_type(ScalarType.Float32), before).Should()
            .BeLessThan(Rounding);
    }

    [Fact]
    public void Predict_goes_through_wrappers_and_leaves_other_networks_a_timestep_a_row()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = inference_mode();
        PatchedNetwork patched = Parity.Filled(new PatchedNetwork(new DiffusionUNet(s_options with
        {
            InChannels = 4,
            OutChannels = 8,
        }), 2));
        Tensor x = SyntheticWeights.Input(1, [2, 1, 16, 16]), timesteps = full(2, Timestep, ScalarType.Float32), plain =
            patched.call(x, timesteps);
        Parity.RelativeError(Ask(patched, x, variance: true), plain).Should().BeLessThan(Rounding);
        Parity.RelativeError(Ask(patched, x, variance: false), plain.narrow(1, 0, 1)).Should().BeLessThan(Rounding);

        HalfPrecisionNetwork half = new(patched, ScalarType.BFloat16);
        Tensor rounded = Ask(half, x, variance: false);
        rounded.dtype.Should().Be(ScalarType.Float32);
        Parity.RelativeError(rounded, plain.narrow(1, 0, 1)).Should().BeInRange(1e-6, 5e-2);

        SeesTimesteps other = new();
        Ask(other, x, variance: false);
        other.Seen.Should().Equal((float)Timestep, (float)Timestep);
    }

    [Fact]
    public void Predict_gives_gradients_to_weights_and_images()
    {
        using DisposeScope scope = NewDisposeScope();
        DiffusionUNet network = Parity.Filled(new DiffusionUNet(s_options));
        Tensor x = SyntheticWeights.Input(1, [2, 3, 16, 16]).requires_grad_();
        Ask(network, x, variance: true).square().sum().backward();
        x.grad.Should().NotBeNull();
        foreach ((string name, TorchSharp.Modules.Parameter parameter) in network.named_parameters())
            parameter.grad.Should().NotBeNull(name);
    }

    /// <summary>Weights that lie channels-last are still the reference's: the same shapes, bytes in a file, and fingerprint.</summary>
    [Fact]
    public void Weights_lie_channels_last_and_have_the_fingerprint_of_plain_ones()
    {
        using DisposeScope scope = NewDisposeScope();
        using DiffusionUNet network = Parity.Filled(new DiffusionUNet(s_options));
        Tensor weight = network.state_dict()["input_blocks.1.0.in_layers.2.weight"];
        weight.stride().Should().Equal(288, 1, 96, 32);
        using TorchSharp.Modules.Conv2d channelsLast = ChannelsLast.Conv2d(32, 64, 3, padding: 1), plain = nn.Conv2d(32, 64, 3, padding: 1);
        StateDict.Load(plain, channelsLast.state_dict());
        plain.weight!.stride().Should().Equal(288, 9, 3, 1);
        StateDict.Fingerprint(channelsLast).Should().Be(StateDict.Fingerprint(plain));
    }

    private static Tensor Ask(nn.IModule<Tensor, Tensor, Tensor> network, Tensor x, bool variance) =>
        IOneTimestepNetwork.Ask(network, x, Timestep, variance);

    private sealed class SeesTimesteps : nn.IModule<Tensor, Tensor, Tensor>
    {
        public float[] Seen { get; private set; } = [];

        public Tensor call(Tensor x, Tensor timesteps)
        {
            Seen = timesteps.data<float>().ToArray();
            return x.clone();
        }
    }
}
