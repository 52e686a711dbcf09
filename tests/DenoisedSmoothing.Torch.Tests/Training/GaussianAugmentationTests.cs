using System.Text.Json;
using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Data;
using DenoisedSmoothing.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Training;

/// <summary>Against tests/Goldens/training/gaussian_augmentation.json: PyTorch 2.6 in float64.</summary>
public class GaussianAugmentationTests
{
    private static readonly JsonElement s_golden = TrainingGolden.Read("gaussian_augmentation.json");

    [Fact]
    public void Loss_and_gradient_are_those_of_the_cross_entropy()
    {
        using DisposeScope scope = NewDisposeScope();
        JsonElement golden = s_golden.GetProperty("cross_entropy");
        GivenLogits network = new(golden.GetProperty("logits").Tensor());
        GaussianAugmentation objective = new(new ModuleClassifier(network, 5), sigma: .5);
        Tensor labels = golden.GetProperty("labels").Labels();

        Tensor loss = objective.Loss(TrainingGolden.Batch(zeros(4, 1, 2, 2, ScalarType.Float64), labels, 5), new GivenNoise([]));
        loss.backward();

        loss.item<double>().Should().BeApproximately(golden.GetProperty("loss_mean").GetDouble(), 1e-12);
        network.Logits[0].grad!.ShouldBe(golden.GetProperty("grad_logits"), 1e-12);
    }

    [Fact]
    public void Two_steps_of_SGD_with_momentum_and_weight_decay_are_those_of_PyTorch()
    {
        using DisposeScope scope = NewDisposeScope();
        JsonElement golden = s_golden.GetProperty("sgd");
        (nn.Module<Tensor, Tensor> network, Parameter weight, Parameter bias) = TrainingGolden.Linear(
            golden.GetProperty("weight"), golden.GetProperty("bias"));
        OptimizerRecipe recipe = OptimizerRecipe.Sgd(.1) with
        {
            Momentum = golden.GetProperty("momentum").GetDouble(),
            WeightDecay = golden.GetProperty("weight_decay").GetDouble(),
        };
        using Optimizer optimizer = new(network, recipe);
        GaussianAugmentation objective = new(new ModuleClassifier(network, 3), golden.GetProperty("sigma").GetDouble());
        foreach (JsonElement step in golden.GetProperty("steps").EnumerateArray())
        {
            optimizer.ClearGradients();
            Tensor loss = objective.Loss(
                TrainingGolden.Batch(golden.GetProperty("x").Tensor(), golden.GetProperty("labels").Labels(), 3),
                    new GivenNoise([step.GetProperty("noise").Tensor()]));
            loss.backward();
            loss.item<double>().Should().BeApproximately(step.GetProperty("loss").GetDouble(), 1e-12);
            weight.grad!.ShouldBe(step.GetProperty("grad_weight"), 1e-12);
            bias.grad!.ShouldBe(step.GetProperty("grad_bias"), 1e-12);

            optimizer.Step(step.GetProperty("lr").GetDouble(), weightDecay: 0); // SGD has its own
            weight.ShouldBe(step.GetProperty("weight_after"), 1e-12);
            bias.ShouldBe(step.GetProperty("bias_after"), 1e-12);
        }
    }

    [Fact]
    public void Loss_adds_fresh_noise_of_sigma_before_the_normalization()
    {
        using DisposeScope scope = NewDisposeScope();
        List<float> seen = [];
        nn.Module<Tensor, Tensor> network = TrainingFixture.ClassifierNetwork();
        network.register_forward_hook((_, x, output) =>
        {
            seen.AddRange(Testing.Images.ValuesOf(x));
            return output;
        });
        GaussianAugmentation objective = new(new ModuleClassifier(network, 2, new Normalization([.2f], [.5f])), sigma: .5);
        LabeledImages grey = new(Enumerable.Repeat((byte)51, 64 * 64).ToArray(), new byte[64], 1, 8, 8, ["left", "right"]);

        new Trainer(objective, TrainingFixture.Recipe, TrainingFixture.Options(30)).Train(grey);

        // (.2 + .5 z - .2) / .5 = z: 23,040 normals with four standard errors of .026 and .019.
        double mean = seen.Average(), deviation = Math.Sqrt(seen.Average(x => (x - mean) * (x - mean)));
        mean.Should().BeApproximately(0, .026);
        deviation.Should().BeApproximately(1, .019);
        seen.Distinct().Count().Should().BeGreaterThan(seen.Count - 100, "no step sees another's noise");
    }
}
