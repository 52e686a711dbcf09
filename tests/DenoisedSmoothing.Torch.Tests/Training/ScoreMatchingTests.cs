using DenoisedSmoothing.Denoising;
using DenoisedSmoothing.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Training;

public class ScoreMatchingTests
{
    [Fact]
    public void Loss_is_least_at_the_score_of_normal_images()
    {
        // Images from N(0, tau^2) have the score -x / (tau^2 + sigma^2) at level sigma: sigma times it is what the network is to say.
        using DisposeScope scope = NewDisposeScope();
        const double tau = .8, sigma = .5;
        Generator generator = new(3);
        Tensor images = tau * randn([200_000, 1, 1, 1], ScalarType.Float64, generator: generator),
            normals = randn(images.shape, ScalarType.Float64, generator: generator);
        double best = -sigma / (tau * tau + sigma * sigma);
        (double atBest, double slope) = At(best);

        // E (best x + e)^2 / 2 = (tau^2 / (tau^2 + sigma^2)) / 2; the slope's standard error is sqrt(E x^2 (best x + e)^2 / n) = .0015.
        atBest.Should().BeApproximately(tau * tau / (tau * tau + sigma * sigma) / 2, .005);
        slope.Should().BeApproximately(0, .01);
        At(best * 1.2).Slope.Should().BeLessThan(-.05);
        At(best * .8).Slope.Should().BeGreaterThan(.05);

        (double Loss, double Slope) At(double factor)
        {
            Scaled network = new(factor);
            ScoreMatching objective = new(new ScoreModel(network, sigma)) { Sigmas = [sigma] };
            Tensor loss = objective.Loss(TrainingGolden.Batch(images, zeros(images.shape[0], ScalarType.Int64), 2),
                new GivenUniforms([normals], zeros(images.shape[0])));
            loss.backward();
            return (loss.item<double>(), network.Factor.grad!.item<double>());
        }
    }

    [Fact]
    public void Levels_are_those_asked_for_each_as_often_as_the_others()
    {
        using DisposeScope scope = NewDisposeScope();
        Scaled network = new(0);
        ScoreMatching objective = new(new ScoreModel(network, 1)) { Sigmas = ScoreMatching.Ladder(1, .25, 3) };
        objective.Loss(TrainingGolden.Batch(zeros(3, 1, 2, 2), zeros(3, ScalarType.Int64), 2),
            new GivenUniforms([], tensor(new[] { 0f, .5f, .999f })));
        network.Seen!.data<float>().ToArray().Should().Equal(1, .5f, .25f);
        objective.Settings.Should().Be("score matching; sigmas=1,0.5,0.25");
        FluentActions.Invoking(() => new ScoreMatching(new ScoreModel(network, 1)) { Sigmas = [2] }).Should().Throw<ArgumentException>();
    }

    /// <summary>Says a factor times the image at every level.</summary>
    private sealed class Scaled : nn.Module<Tensor, Tensor, Tensor>
    {
        public Scaled(double factor) : base(nameof(Scaled))
        {
            Factor = nn.Parameter(tensor(factor, ScalarType.Float64));
            register_parameter("factor", Factor);
        }

        public Parameter Factor { get; }

        public Tensor? Seen { get; private set; }

        public override Tensor forward(Tensor x, Tensor sigma)
        {
            Seen = sigma.clone();
            return x * Factor;
        }
    }
}
