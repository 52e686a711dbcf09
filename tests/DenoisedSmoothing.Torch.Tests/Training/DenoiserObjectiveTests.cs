using System.Text.Json;
using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Denoising;
using DenoisedSmoothing.Schedules;
using DenoisedSmoothing.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Training;

/// <summary>Against tests/Goldens/training/stability.json (denoiser_*): Salman et al. 2020's losses by PyTorch in float64.</summary>
public class DenoiserObjectiveTests
{
    private static readonly JsonElement s_golden = TrainingGolden.Read("stability.json");

    [Fact]
    public void Error_is_the_mean_square_over_all_pixels()
    {
        using DisposeScope scope = NewDisposeScope();
        JsonElement golden = s_golden.GetProperty("denoiser_mse");
        GivenLogits network = new(golden.GetProperty("denoised").Tensor());
        DenoisingError objective = new(new DenoisingNetwork(network), sigma: .5);

        Tensor loss = objective.Loss(
            TrainingGolden.Batch(golden.GetProperty("clean").Tensor(), zeros(2, ScalarType.Int64), 2), new GivenNoise([]));
        loss.backward();

        loss.item<double>().Should().BeApproximately(golden.GetProperty("loss").GetDouble(), 1e-12);
        network.Logits[0].grad!.ShouldBe(golden.GetProperty("grad_denoised"), 1e-12);
    }

    [Theory]
    [InlineData("denoiser_stability")]
    [InlineData("denoiser_classification")]
    public void Cross_entropy_in_front_of_a_classifier_is_that_of_the_reference(string name)
    {
        // The classifier is the identity on three pixels: the denoised image is the noisy logits, and so is the gradient.
        using DisposeScope scope = NewDisposeScope();
        JsonElement golden = s_golden.GetProperty(name);
        GivenLogits network = new(s_golden.GetProperty("noisy_logits").Tensor().reshape(4, 1, 1, 3));
        DelegateClassifier classifier = new(3, images => images.flatten(1));
        ITrainingObjective objective = name == "denoiser_stability"
            ? new DenoisingStability(new DenoisingNetwork(network), [classifier], sigma: .5)
            : new DenoisingClassification(new DenoisingNetwork(network), [classifier], sigma: .5);

        Tensor loss = objective.Loss(TrainingGolden.Batch(s_golden.GetProperty("clean_logits").Tensor().reshape(4, 1, 1, 3),
            s_golden.GetProperty("labels").Labels(), 3), new GivenNoise([]));
        loss.backward();

        loss.item<double>().Should().BeApproximately(golden.GetProperty("loss").GetDouble(), 1e-12);
        network.Logits[0].grad!.reshape(4, 3).ShouldBe(golden.GetProperty("grad_noisy"), 1e-12);
    }

    [Fact]
    public void Surrogates_take_turns_and_keep_their_weights_without_gradients()
    {
        using DisposeScope scope = NewDisposeScope();
        List<int> asked = [];
        IClassifier Asked(int i) => new DelegateClassifier(3, images =>
        {
            asked.Add(i);
            return images.flatten(1);
        });
        nn.Module<Tensor, Tensor> network = nn.Conv2d(1, 1, 1);
        DenoisingClassification objective = new(new DenoisingNetwork(network), [Asked(0), Asked(1), Asked(2)], sigma: .5);
        for (int step = 4; step < 8; step++)
        {
            objective.Loss(new TrainingBatch
            {
                Images = zeros(1, 1, 1, 3),
                Labels = zeros(1, ScalarType.Int64),
                ClassCount = 3,
                Step = step,
            }, new GivenNoise([]));
        }

        asked.Should().Equal(1, 2, 0, 1);

        Linear weights = nn.Linear(3, 3);
        DenoisingStability stability = new(new DenoisingNetwork(network),
            [new ModuleClassifier(nn.Sequential(("flat", nn.Flatten()), ("head", weights)), 3)], sigma: .5);
        stability.Loss(TrainingGolden.Batch(rand(2, 1, 1, 3), zeros(2, ScalarType.Int64), 3), new GivenNoise([])).backward();
        weights.weight!.grad.Should().BeNull();
        network.parameters().All(parameter => parameter.grad is not null).Should().BeTrue();
    }

    [Fact]
    public void A_classifier_without_gradients_is_refused()
    {
        using DisposeScope scope = NewDisposeScope();
        DelegateClassifier labels = new(3, images => images.flatten(1).detach());
        DenoisingClassification objective = new(new DenoisingNetwork(nn.Conv2d(1, 1, 1)), [labels], sigma: .5);
        Action act = () => objective.Loss(TrainingGolden.Batch(rand(2, 1, 1, 3), zeros(2, ScalarType.Int64), 3), new GivenNoise([]));
        act.Should().Throw<NotSupportedException>().WithMessage("*no gradients*");
        FluentActions.Invoking(() => new DenoisingClassification(new DenoisingNetwork(nn.Conv2d(1, 1, 1)), [], .5)).Should()
            .Throw<ArgumentException>();
    }

    [Fact]
    public void A_diffusion_model_is_trained_as_it_denoises_in_one_shot()
    {
        using DisposeScope scope = NewDisposeScope();
        nn.Module<Tensor, Tensor, Tensor> network = TrainingFixture.Denoiser();
        DiffusionModel model = new(network, new CosineSchedule(1000), timestepScale: .5, lastTimestep: 799);
        Tensor images = rand(3, 1, 8, 8, generator: new Generator(1)), normals = randn(images.shape, generator: new Generator(2));
        double error = nn.functional.mse_loss(new OneShotDenoiser(model).Denoise(images + .5 * normals, new NoiseContext(.5)), images)
            .item<float>();
        network.train();

        DenoisingError objective = new(new DenoisingNetwork(model), sigma: .5);
        Tensor loss = objective.Loss(TrainingGolden.Batch(images, zeros(3, ScalarType.Int64), 2), new GivenNoise([normals]));
        loss.backward();

        ((double)loss.item<float>()).Should().BeApproximately(error, 1e-6);
        network.parameters().All(parameter => parameter.grad is not null).Should().BeTrue();
        FluentActions.Invoking(() => new DenoisingError(new DenoisingNetwork(model), sigma: 9)).Should()
            .Throw<ArgumentOutOfRangeException>().WithMessage("*noisiest timestep*");
    }
}
