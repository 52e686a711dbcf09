using DenoisedSmoothing.Models;
using DenoisedSmoothing.Testing;
using DenoisedSmoothing.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Training;

public class WeightInitializationTests
{
    [Fact]
    public void Apply_is_a_function_of_the_seed_alone()
    {
        using nn.Module<Tensor, Tensor, Tensor> one = FashionMnistPair.NewDenoiserNetwork(), same = FashionMnistPair.NewDenoiserNetwork(),
            other = FashionMnistPair.NewDenoiserNetwork();
        WeightInitialization.Linear.Apply(one, 3);
        LiveTensors.ShouldNotChange(() => WeightInitialization.Linear.Apply(same, 3));
        WeightInitialization.Linear.Apply(other, 4);
        TrainingFixture.Weights(same).Should().Equal(TrainingFixture.Weights(one));
        TrainingFixture.Weights(other).Should().NotEqual(TrainingFixture.Weights(one));
    }

    [Fact]
    public void Apply_draws_the_stated_variance_and_zeroes_biases()
    {
        using DisposeScope scope = NewDisposeScope();
        nn.Module<Tensor, Tensor> network = nn.Sequential(
            ("conv", nn.Conv2d(64, 128, 3)), ("norm", nn.BatchNorm2d(128)), ("flat", nn.Flatten()), ("head", nn.Linear(512, 100)));
        WeightInitialization.Relu.Apply(network, 1);
        Dictionary<string, Tensor> state = network.state_dict();

        Variance("conv.weight").Should().BeApproximately(2.0 / (64 * 9), .05 * 2 / (64 * 9));
        Variance("head.weight").Should().BeApproximately(2.0 / 512, .05 * 2 / 512);
        state["conv.weight"].mean().item<float>().Should().BeInRange(-1e-3f, 1e-3f);
        state["norm.weight"].eq(1).all().item<bool>().Should().BeTrue();
        foreach (string bias in new[] { "conv.bias", "norm.bias", "head.bias" })
            state[bias].any().item<bool>().Should().BeFalse();

        double Variance(string name) => state[name].square().mean().item<float>();
    }

    [Fact]
    public void Apply_keeps_the_ends_of_residual_branches_at_zero()
    {
        using DisposeScope scope = NewDisposeScope();
        nn.Module<Tensor, Tensor, Tensor> network = FashionMnistPair.NewDenoiserNetwork();
        string[] zero = ZeroWeights();
        zero.Should().Contain(name => name.Contains(".out.", StringComparison.Ordinal)).And.HaveCountGreaterThan(4);

        WeightInitialization.Linear.Apply(network, 1);

        ZeroWeights().Should().Equal(zero);
        // And so an untrained denoiser predicts no noise at all.
        network.eval();
        network.call(Images.Random(1, 2, 1, 8, 8), tensor([1f, 500f])).abs().max().item<float>().Should().Be(0);

        string[] ZeroWeights() => [.. network.named_parameters()
            .Where(entry => entry.parameter.dim() > 1 && !entry.parameter.any().item<bool>()).Select(entry => entry.name)];
    }

    [Fact]
    public void GroupNorm_of_a_new_network_is_the_identity()
    {
        // TorchSharp 0.107 leaves it uninitialised.
        for (int attempt = 0; attempt < 5; attempt++)
        {
            using DisposeScope scope = NewDisposeScope();
            using DiffusionUNet network = new(new DiffusionUNetOptions { ModelChannels = 32, ChannelMultipliers = [1, 2],
                ResidualBlocks = 1, AttentionFactors = [2] });
            nn.Module[] norms = [.. network.modules().Where(module => module.GetName() == "GroupNorm")];
            norms.Length.Should().BeGreaterThan(8);
            foreach (nn.Module norm in norms)
            {
                Dictionary<string, Tensor> state = norm.state_dict();
                state["weight"].eq(1).all().item<bool>().Should().BeTrue();
                state["bias"].eq(0).all().item<bool>().Should().BeTrue();
            }
        }
    }
}
