using DenoisedSmoothing.Data;
using DenoisedSmoothing.Denoising;
using DenoisedSmoothing.Schedules;
using DenoisedSmoothing.Testing;
using DenoisedSmoothing.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Training;

public class NoisePredictionTests
{
    private static readonly LabeledImages Images = TrainingFixture.Halves();
    private static readonly INoiseSchedule Schedule = new CosineSchedule(1000);

    [Fact]
    public void Loss_teaches_to_denoise()
    {
        using nn.Module<Tensor, Tensor, Tensor> network = TrainingFixture.Denoiser();
        DiffusionModel model = new(network, Schedule, lastTimestep: 799);
        CollectingProgress<TrainingProgress> progress = new();

        Train(new NoisePrediction(model) { Timesteps = [.. Enumerable.Range(300, 500)] }, 200, progress);

        // An answer of nothing costs 1: the mean square of standard normals.
        progress.Reports[^1].Loss.Should().BeLessThan(.5).And.BeLessThan(.7 * progress.Reports[0].Loss);
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = inference_mode();
        Tensor clean = Images.Images([0, 1, 2, 3]), noise = .5 * randn(clean.shape, generator: new Generator(3));
        Tensor denoised = new OneShotDenoiser(model).Denoise(clean + noise, new NoiseContext(.5));
        (denoised - clean).square().mean().item<float>().Should().BeLessThan(.5f * noise.square().mean().item<float>());
    }

    [Fact]
    public void Loss_shows_the_network_images_from_minus_one_to_one_at_the_level_of_the_timestep()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor? seen = null;
        using nn.Module<Tensor, Tensor, Tensor> network = TrainingFixture.Denoiser();
        network.register_forward_hook((_, x, _, output) =>
        {
            seen = x.alias();
            return output;
        });
        NoisePrediction objective = new(new DiffusionModel(network, Schedule)) { Timesteps = [250] };
        Tensor images = full([2, 1, 8, 8], .75f);

        objective.Loss(new() { Images = images, Labels = zeros(2, ScalarType.Int64), ClassCount = 2 }, new Zeros());

        // 2 * .75 - 1 = .5, times the signal's share; no noise, since it is drawn as zeros.
        seen!.max().item<float>().Should().BeApproximately((float)(.5 * Math.Sqrt(Schedule.AlphaBar(250))), 1e-6f);
        seen!.min().item<float>().Should().BeApproximately((float)(.5 * Math.Sqrt(Schedule.AlphaBar(250))), 1e-6f);
    }

    [Fact]
    public void Timesteps_of_a_range_are_all_trained_and_no_other()
    {
        List<float> seen = Trained([.. Enumerable.Range(40, 10)], scale: 1);
        // 600 draws of ten: the chance that one does not come up is 1e-26.
        seen.Distinct().Order().Should().Equal(Enumerable.Range(40, 10).Select(t => (float)t));
        seen.CountBy(t => t).Should().OnlyContain(count => count.Value > 25 && count.Value < 100);
    }

    [Fact]
    public void Timesteps_chosen_are_trained_alone_and_fed_scaled()
    {
        List<float> seen = Trained([700, 40, 250], scale: .25);
        seen.Distinct().Order().Should().Equal(10f, 62.5f, 175f);
        seen.CountBy(t => t).Should().OnlyContain(count => count.Value > 130 && count.Value < 270); // 200 expected, deviation 11.5
    }

    [Fact]
    public void Settings_tell_schedules_timesteps_and_scales_apart()
    {
        using nn.Module<Tensor, Tensor, Tensor> network = TrainingFixture.Denoiser();
        string usual = new NoisePrediction(new DiffusionModel(network, Schedule)).Settings;
        usual.Should().StartWith("noise prediction; schedule=1000 timesteps, alpha-bar ")
            .And.EndWith("; timesteps=0..999; timestep scale=1");
        new[]
        {
            new NoisePrediction(new DiffusionModel(network, new LinearSchedule(1000))).Settings,
            new NoisePrediction(new DiffusionModel(network, Schedule, timestepScale: .5)).Settings,
            new NoisePrediction(new DiffusionModel(network, Schedule, lastTimestep: 500)).Settings,
            new NoisePrediction(new DiffusionModel(network, Schedule)) { Timesteps = [500] }.Settings,
            usual,
        }.Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public void Constructor_refuses_what_cannot_be_trained()
    {
        using nn.Module<Tensor, Tensor, Tensor> network = TrainingFixture.Denoiser();
        DiffusionModel model = new(network, Schedule, lastTimestep: 799);
        foreach (int[] timesteps in new int[][] { [], [5, 800], [-1], [5, 5] })
        {
            Action act = () => _ = new NoisePrediction(model) { Timesteps = timesteps };
            act.Should().Throw<ArgumentException>().WithMessage("*distinct and within 0 to 799*");
        }

        Action parametrization = () => _ = new NoisePrediction(new DiffusionModel(network, Schedule, parametrization: Parametrization.V));
        parametrization.Should().Throw<ArgumentException>().WithMessage("*predict epsilon*V*");
    }

    private static List<float> Trained(int[] timesteps, double scale)
    {
        using nn.Module<Tensor, Tensor, Tensor> network = TrainingFixture.Denoiser();
        List<float> seen = [];
        network.register_forward_hook((_, _, fed, output) =>
        {
            seen.AddRange(Testing.Images.ValuesOf(fed));
            return output;
        });
        Train(new NoisePrediction(new DiffusionModel(network, Schedule, timestepScale: scale)) { Timesteps = timesteps }, 50);
        return seen;
    }

    private static void Train(NoisePrediction objective, int steps, IProgress<TrainingProgress>? progress = null) =>
        new Trainer(objective, TrainingFixture.Recipe, TrainingFixture.Options(steps)).Train(Images, progress);

    private sealed class Zeros() : StepRandom(0, 0)
    {
        public override Tensor Normal(Tensor like) => zeros_like(like);
    }
}
