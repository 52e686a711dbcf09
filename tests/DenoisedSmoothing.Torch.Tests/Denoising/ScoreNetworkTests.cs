using DenoisedSmoothing.Denoising;
using DenoisedSmoothing.Models;
using DenoisedSmoothing.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Denoising;

public class ScoreNetworkTests
{
    [Fact]
    public void Network_is_shown_images_of_one_size_and_a_timestep_that_rises_with_the_logarithm_of_sigma()
    {
        using DisposeScope scope = NewDisposeScope();
        Recording network = new();
        using ScoreNetwork scored = new(network, .01, 1);
        Tensor x = tensor(new[] { 1f, .25f, 0 }, [3, 1, 1, 1]), sigma = tensor(new[] { .01, .1, 1 });

        Tensor said = scored.call(x, sigma);

        network.Timesteps!.data<float>().ToArray().Should().Equal([0, 499.5f, 999], (actual, wanted) => Math.Abs(actual - wanted) < 1e-2);
        // (2 x - 1) / sqrt(1 + (2 sigma)^2), by hand.
        network.Seen!.data<float>().ToArray().Should().Equal(
            [1 / MathF.Sqrt(1.0004f), -.5f / MathF.Sqrt(1.04f), -1 / MathF.Sqrt(5)], (actual, wanted) => Math.Abs(actual - wanted) < 1e-6);
        said.shape.Should().Equal(3, 1, 1, 1);
        said.data<float>().ToArray().Should().Equal(network.Seen.data<float>().ToArray());
    }

    [Fact]
    public void Model_around_it_gives_the_score_and_refuses_levels_out_of_its_range()
    {
        using DisposeScope scope = NewDisposeScope();
        using ScoreModel model = new(new ScoreNetwork(new Recording(), .1, 1), 1, disposeNetwork: true) { SmallestSigma = .1 };
        using Tensor score = model.Score(tensor(new[] { 1.0 }, [1, 1, 1, 1]), .5);

        score.item<double>().Should().BeApproximately(1 / Math.Sqrt(2) / .5, 1e-6, "the network computes in float32");
        foreach (double sigma in new[] { .099, 1.01, 0, double.NaN })
            FluentActions.Invoking(() => model.Score(zeros(1, 1, 1, 1), sigma)).Should().Throw<ArgumentOutOfRangeException>()
                .WithMessage("*0.1 to 1*");
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(.5, .4)]
    [InlineData(double.NaN, 1)]
    [InlineData(.1, double.PositiveInfinity)]
    public void Levels_that_are_no_range_are_refused(double smallest, double largest) =>
        FluentActions.Invoking(() => new ScoreNetwork(new Recording(), smallest, largest)).Should().Throw<ArgumentOutOfRangeException>();

    [Fact]
    public void Dispose_frees_a_network_that_is_no_module_itself() => LiveTensors.ShouldNotChange(() =>
    {
        DnCnn weights = new(depth: 3, width: 8);
        ScoreNetwork scored = new(new Adapter(weights), .1, 1);
        scored.Dispose();
    });

    [Fact]
    public void One_level_alone_is_timestep_0()
    {
        using DisposeScope scope = NewDisposeScope();
        Recording network = new();
        using ScoreNetwork scored = new(network, .5, .5);
        scored.call(zeros(1, 1, 1, 1), tensor(new[] { .5f })).Dispose();
        network.Timesteps!.item<float>().Should().Be(0);
    }

    /// <summary>A network that is no module itself, as those in half precision are.</summary>
    private sealed class Adapter(DnCnn weights) : nn.IModule<Tensor, Tensor, Tensor>, IDisposable
    {
        public Tensor call(Tensor x, Tensor timesteps) => weights.call(x);

        public void Dispose() => weights.Dispose();
    }

    /// <summary>Says what it is shown, and as much again of something else, as networks do that learned a variance, too.</summary>
    private sealed class Recording : nn.IModule<Tensor, Tensor, Tensor>
    {
        public Tensor? Seen { get; private set; }

        public Tensor? Timesteps { get; private set; }

        public Tensor call(Tensor x, Tensor timesteps)
        {
            (Seen, Timesteps) = (x.clone().MoveToOuterDisposeScope(), timesteps.clone().MoveToOuterDisposeScope());
            return cat([x, zeros_like(x)], 1);
        }
    }
}
