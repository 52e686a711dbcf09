using System.Text.Json;
using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Training;

/// <summary>Against tests/Goldens/training/drt.json: danielz02/hydra@a9b53930, utils/drt.py, in float64.</summary>
public class DrtTests
{
    private static readonly JsonElement s_golden = TrainingGolden.Read("drt.json");

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Loss_and_second_order_gradients_are_those_of_the_reference(int index)
    {
        using DisposeScope scope = NewDisposeScope();
        JsonElement expected = s_golden.GetProperty("cases")[index];
        (Drt objective, Parameter[] weights, Parameter[] biases) = Members(expected, squared: true);

        Tensor loss = objective.Loss(Batch(), new GivenNoise([]));
        loss.backward();

        loss.item<double>().Should().BeApproximately(expected.GetProperty("loss").GetDouble(), 1e-12);
        stack([.. weights.Select(weight => weight.grad!)], 0).ShouldBe(expected.GetProperty("grad_weights"), 1e-9);
        stack([.. biases.Select(bias => bias.grad!)], 0).ShouldBe(expected.GetProperty("grad_biases"), 1e-9);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Loss_by_lengths_is_the_papers(int index)
    {
        using DisposeScope scope = NewDisposeScope();
        JsonElement expected = s_golden.GetProperty("cases")[index];
        (Drt objective, Parameter[] weights, _) = Members(expected, squared: false);

        Tensor loss = objective.Loss(Batch(), new GivenNoise([]));
        loss.backward();

        loss.item<double>().Should().BeApproximately(Value("standard") + Value("rho1") * Value("gradient_diversity_norm_form")
            - Value("rho2") * Value("confidence_margin"), 1e-12);
        weights.Should().OnlyContain(weight => isfinite(weight.grad!).all().item<bool>());

        double Value(string name) => expected.GetProperty(name).GetDouble();
    }

    [Fact]
    public void Loss_takes_every_copy_of_an_image_and_moves_images_within_the_radius()
    {
        using DisposeScope scope = NewDisposeScope();
        JsonElement expected = s_golden.GetProperty("cases")[0];
        Drt plain = Members(expected, squared: true, draws: 2).Objective,
            attacked = Members(expected, squared: true, draws: 2, radius: .5).Objective;
        Tensor[] noise = [zeros(5, 1, 2, 2, ScalarType.Float64), zeros(5, 1, 2, 2, ScalarType.Float64)];

        plain.Loss(Batch(), new GivenNoise(noise)).item<double>().Should()
            .BeApproximately(expected.GetProperty("loss").GetDouble(), 1e-12, "two equal copies have the mean of one");
        TrainingBatch unit = TrainingGolden.Batch(
            s_golden.GetProperty("x_noisy").Tensor().clamp(0, 1), s_golden.GetProperty("labels").Labels(), 3);
        double still = plain.Loss(unit, new GivenNoise(noise)).item<double>();
        attacked.Loss(unit, new GivenNoise(noise)).item<double>().Should().BeGreaterThan(still);
    }

    [Fact]
    public void Members_are_several_networks_of_one_number_of_classes()
    {
        using ModuleClassifier one = TrainingFixture.Classifier(), two = TrainingFixture.Classifier();
        foreach (ModuleClassifier[] members in new ModuleClassifier[][] { [one], [one, one] })
            FluentActions.Invoking(() => new Drt(members, .5)).Should().Throw<ArgumentException>();
        new Drt([one, two], .5).Network.named_parameters().Select(entry => entry.name).Should()
            .Contain(["member0.conv.weight", "member1.conv.weight"]);
    }

    private static TrainingBatch Batch() =>
        TrainingGolden.Batch(s_golden.GetProperty("x_noisy").Tensor(), s_golden.GetProperty("labels").Labels(), 3);

    private static (Drt Objective, Parameter[] Weights, Parameter[] Biases) Members(JsonElement given, bool squared, int draws = 1,
        double radius = 0)
    {
        var members = Enumerable.Range(0, 3).Select(i =>
            TrainingGolden.Linear(s_golden.GetProperty("weights")[i], s_golden.GetProperty("biases")[i])).ToArray();
        Drt objective = new([.. members.Select(member => new ModuleClassifier(member.Network, 3))], sigma: 1)
        {
            Draws = draws,
            DiversityWeight = given.GetProperty("rho1").GetDouble(),
            MarginWeight = given.GetProperty("rho2").GetDouble(),
            Squared = squared,
            Radius = radius,
        };
        return (objective, [.. members.Select(member => member.Weight)], [.. members.Select(member => member.Bias)]);
    }
}
