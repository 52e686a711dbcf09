using System.Text.Json;
using DenoisedSmoothing.Denoising;
using DenoisedSmoothing.Schedules;
using DenoisedSmoothing.Torch.Tests.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Denoising;

/// <summary>Against tests/Goldens/training/score_denoising.json: a prior of four points, in closed form.</summary>
public class ScoreDenoiserTests
{
    private static readonly JsonElement s_golden = TrainingGolden.Read("score_denoising.json");

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Tweedie_gives_the_mean_of_the_points_behind_a_noisy_one(int index)
    {
        using DisposeScope scope = NewDisposeScope();
        JsonElement expected = s_golden.GetProperty("cases")[index];
        double sigma = expected.GetProperty("sigma").GetDouble();
        FourPoints score = new();
        Tensor noisy = s_golden.GetProperty("noisy").Tensor();

        score.Score(noisy, sigma).ShouldBe(expected.GetProperty("score"), 1e-9);
        new TweedieDenoiser(score).Denoise(noisy, new NoiseContext(sigma)).ShouldBe(expected.GetProperty("one_shot"), 1e-9);
        new TweedieDenoiser(score).Denoise(noisy, new NoiseContext(sigma)).ShouldBe(expected.GetProperty("posterior_mean"), 1e-9);
    }

    [Fact]
    public void Langevin_moves_as_in_the_golden_where_nothing_is_observed()
    {
        // Under noise of 1e150 the observation says nothing, and what is left is annealed Langevin dynamics of the prior.
        using DisposeScope scope = NewDisposeScope();
        JsonElement golden = s_golden.GetProperty("annealed_langevin");
        JsonElement[] trace = [.. golden.GetProperty("trace").EnumerateArray()];
        AnnealedDenoiser denoiser = new(new FourPoints(), new AnnealedOptions
        {
            Sigmas = [.. golden.GetProperty("sigmas").EnumerateArray().Select(level => level.GetDouble())],
            StepsPerLevel = golden.GetProperty("steps_per_sigma").GetInt32(),
            Epsilon = golden.GetProperty("epsilon").GetDouble(),
            Langevin = true,
        });
        Tensor start = golden.GetProperty("start").Tensor().reshape(1, 2);

        Tensor end = denoiser.Denoise(start, new NoiseContext(1e150,
            stream => trace[stream - 1].GetProperty("normal").Tensor().reshape(1, 2)));

        end.reshape(2).ShouldBe(trace[^1].GetProperty("x"), 1e-9);
    }

    [Fact]
    public void Map_climbs_to_the_likeliest_image()
    {
        // A normal prior of variance 1 under noise of variance 1/4: the likeliest image is 4/5 of the noisy one, at the last level
        // (1/100)^2 less 1e-4 of it. Steps shrink as levels fall, so the first ones do the work.
        using DisposeScope scope = NewDisposeScope();
        AnnealedDenoiser denoiser = new(new Normal(), new AnnealedOptions { Sigmas = [.02, .01], StepsPerLevel = 200, Epsilon = .02 });
        Tensor noisy = tensor(new[] { .9, -.4 }, [2, 1, 1, 1]);
        Tensor clean = denoiser.Denoise(noisy, new NoiseContext(.5));
        clean.data<double>().ToArray().Should().Equal([.72, -.32], (actual, wanted) => Math.Abs(actual - wanted) < 1e-3);
    }

    [Fact]
    public void Levels_are_a_geometric_row_from_sigma_to_the_last()
    {
        AnnealedDenoiser denoiser = new(new Normal(), new AnnealedOptions { Levels = 3, SmallestSigma = .01 });
        denoiser.LevelsFor(1).Should().Equal([1, .1, .01], (actual, wanted) => Math.Abs(actual - wanted) < 1e-12);
        FluentActions.Invoking(() => denoiser.LevelsFor(.01)).Should().Throw<ArgumentOutOfRangeException>();
        foreach (AnnealedOptions wrong in new[]
        {
            new AnnealedOptions { Levels = 0 }, new() { StepsPerLevel = 0 }, new() { Epsilon = 0 }, new() { Sigmas = [.1, .2] },
        })
            FluentActions.Invoking(() => new AnnealedDenoiser(new Normal(), wrong)).Should().Throw<ArgumentException>();
    }

    [Fact]
    public void Score_of_a_diffusion_model_denoises_as_the_model_does()
    {
        using DisposeScope scope = NewDisposeScope();
        using nn.Module<Tensor, Tensor, Tensor> network = TrainingFixture.Denoiser();
        DiffusionModel model = new(network, new CosineSchedule(1000), lastTimestep: 799);
        using IDisposable noGrad = no_grad();
        Tensor noisy = rand(2, 1, 8, 8, generator: new Generator(1));
        double level = SymmetricPixels.NoiseToSignal(.5);

        Tensor clean = new TweedieDenoiser(new DenoiserScore(model)).Denoise(noisy, new NoiseContext(.5));

        Tensor expected = (model.PredictX0(SymmetricPixels.FromUnit(noisy), level) + 1) / 2;
        (clean - expected).abs().max().item<float>().Should().BeLessThan(1e-5f);
        new DenoiserScore(model).LargestSigma.Should().Be(model.LargestSigma);
    }

    [Fact]
    public void Score_model_divides_by_sigma_and_refuses_what_it_was_not_trained_for()
    {
        using DisposeScope scope = NewDisposeScope();
        using nn.Module<Tensor, Tensor, Tensor> network = TrainingFixture.Denoiser();
        ScoreModel model = new(network, largestSigma: 1);
        using IDisposable noGrad = no_grad();
        Tensor noisy = rand(2, 1, 8, 8, generator: new Generator(1));

        (model.Score(noisy, .25) * .25 - network.call(noisy, full(2, .25f))).abs().max().item<float>().Should().BeLessThan(1e-5f);
        FluentActions.Invoking(() => model.Score(noisy, 1.5)).Should().Throw<ArgumentOutOfRangeException>();
        network.train();
        FluentActions.Invoking(() => model.Score(noisy, .5)).Should().Throw<InvalidOperationException>().WithMessage("*training mode*");
    }

    private sealed class FourPoints : IScore
    {
        public double LargestSigma => double.PositiveInfinity;

        public Tensor Score(Tensor noisy, double sigma)
        {
            Tensor gaps = s_golden.GetProperty("points").Tensor().unsqueeze(0) - noisy.unsqueeze(1); // [N,4,2]
            Tensor weights = nn.functional.softmax(gaps.square().sum(2) / (-2 * sigma * sigma), 1);
            return (weights.unsqueeze(2) * gaps).sum(1) / (sigma * sigma);
        }
    }

    private sealed class Normal : IScore
    {
        public double LargestSigma => double.PositiveInfinity;

        public Tensor Score(Tensor noisy, double sigma) => -noisy / (1 + sigma * sigma);
    }
}
