using System.Text.Json;
using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Training;

/// <summary>
/// Losses of the field's methods, with their gradients, against the authors' code in float64 (tests/Goldens/training/README.md).
/// </summary>
public class MethodGoldenTests
{
    public static TheoryData<int> MacerCases =>
        [.. Enumerable.Range(0, TrainingGolden.Read("macer.json").GetProperty("cases").GetArrayLength())];

    [Theory]
    [MemberData(nameof(MacerCases))]
    public void Macer_loss_and_gradient_are_those_of_the_reference(int index)
    {
        using DisposeScope scope = NewDisposeScope();
        JsonElement golden = TrainingGolden.Read("macer.json").GetProperty("cases")[index];
        // [k,B,K]
        Tensor outputs = golden.GetProperty("outputs").Tensor().transpose(0, 1).contiguous(),
            labels = golden.GetProperty("labels").Labels();
        GivenLogits network = new(outputs.flatten(0, 1));
        Macer objective = new(new ModuleClassifier(network, (int)outputs.shape[2]), golden.GetProperty("sigma").GetDouble())
        {
            Draws = (int)outputs.shape[0],
            Lambda = golden.GetProperty("lambda").GetDouble(),
            Beta = golden.GetProperty("beta").GetDouble(),
            Gamma = golden.GetProperty("gamma").GetDouble(),
        };

        Tensor loss = objective.Loss(TrainingGolden.Batch(
            zeros(labels.shape[0], 1, 2, 2, ScalarType.Float64), labels, (int)outputs.shape[2]), new GivenNoise([]));
        loss.backward();

        loss.item<double>().Should().BeApproximately(golden.GetProperty("loss").GetDouble(), 1e-9);
        network.Logits[0].grad!.reshape(outputs.shape).transpose(0, 1).ShouldBe(golden.GetProperty("grad_outputs"), 1e-9);
    }

    [Fact]
    public void Macer_counts_the_radius_from_its_epoch_on()
    {
        using DisposeScope scope = NewDisposeScope();
        double[] losses = [.. new[] { 0, 3 }.Select(epoch =>
        {
            GivenLogits network = new(tensor(new[] { 2.0, 0, -1 }, [1, 3]));
            Macer objective = new(new ModuleClassifier(network, 3), .5) { Draws = 1, Beta = 1, FromEpoch = 3 };
            TrainingBatch batch = new() { Images = zeros(1, 1, 2, 2), Labels = zeros(1, ScalarType.Int64), ClassCount = 3, Epoch = epoch };
            return objective.Loss(batch, new GivenNoise([])).item<double>();
        })];
        losses[0].Should().BeApproximately(-Math.Log(1 / (1 + Math.Exp(-2) + Math.Exp(-3)) + 1e-10), 1e-12);
        losses[1].Should().NotBe(losses[0]);
    }

    [Fact]
    public void Stability_loss_and_gradients_are_those_of_the_reference()
    {
        using DisposeScope scope = NewDisposeScope();
        JsonElement golden = TrainingGolden.Read("stability.json"), expected = golden.GetProperty("li_2019");
        GivenLogits network = new(golden.GetProperty("clean_logits").Tensor(), golden.GetProperty("noisy_logits").Tensor());
        StabilityTraining objective = new(new ModuleClassifier(network, 3), sigma: .5)
        {
            Lambda = golden.GetProperty("lambda").GetDouble(),
        };
        Tensor labels = golden.GetProperty("labels").Labels();

        Tensor loss = objective.Loss(TrainingGolden.Batch(zeros(labels.shape[0], 1, 2, 2, ScalarType.Float64), labels, 3),
            new GivenNoise([]));
        loss.backward();

        loss.item<double>().Should().BeApproximately(expected.GetProperty("total").GetDouble(), 1e-9);
        network.Logits[0].grad!.ShouldBe(expected.GetProperty("grad_clean"), 1e-9);
        network.Logits[1].grad!.ShouldBe(expected.GetProperty("grad_noisy"), 1e-9);
    }

    [Theory]
    [InlineData("smoothadv_pgd", 2, SmoothAdvAttack.Pgd)] // m = 2, epsilon .5, 2 steps
    [InlineData("smoothadv_pgd", 3, SmoothAdvAttack.Pgd)] // m = 4, epsilon 1, 4 steps
    [InlineData("smoothadv_pgd", 4, SmoothAdvAttack.Estimate)] // m = 2, epsilon .5, 2 steps
    [InlineData("smoothadv_ddn", 2, SmoothAdvAttack.Ddn)] // m = 2, epsilon .5, 2 steps
    [InlineData("smoothadv_ddn", 3, SmoothAdvAttack.Ddn)] // m = 4, epsilon 1, 4 steps
    public void SmoothAdv_takes_the_cross_entropy_where_the_reference_moves_the_images(string kind, int index, SmoothAdvAttack move)
    {
        using DisposeScope scope = NewDisposeScope();
        JsonElement golden = TrainingGolden.Read("attacks.json"), attack = golden.GetProperty(kind)[index];
        (nn.Module<Tensor, Tensor> network, _, _) = TrainingGolden.Linear(golden.GetProperty("weights"), golden.GetProperty("bias"));
        network.train();
        Tensor x = golden.GetProperty("x").Tensor(), labels = golden.GetProperty("labels").Labels();
        Tensor[] noise = [.. golden.GetProperty("noises").EnumerateArray().Take(attack.GetProperty("m").GetInt32())
            .Select(draw => draw.Tensor())];
        ModuleClassifier classifier = new(network, 3);
        network.train();
        SmoothAdv objective = new(classifier, sigma: 1)
        {
            Radius = attack.GetProperty("epsilon").GetDouble(),
            Draws = noise.Length,
            Attack = move,
            AttackSteps = attack.GetProperty("steps").GetInt32(),
            WarmupEpochs = 0,
        };

        double loss = objective.Loss(TrainingGolden.Batch(x, labels, 3), new GivenNoise(noise)).item<double>();

        Tensor moved = x + attack.GetProperty("delta").Tensor();
        double expected = noise.Average(draw => nn.functional.cross_entropy(network.call(moved + draw), labels).item<double>());
        loss.Should().BeApproximately(expected, 1e-9);
        network.training.Should().BeTrue("the attack puts the network back");
    }

    [Fact]
    public void SmoothAdv_refuses_an_attack_that_moves_nothing()
    {
        using DisposeScope scope = NewDisposeScope();
        using ModuleClassifier classifier = TrainingFixture.Classifier();
        SmoothAdv objective = new(classifier, .5) { Attack = SmoothAdvAttack.Ddn, AttackSteps = 1 };
        Action act = () => objective.Loss(TrainingGolden.Batch(zeros(1, 1, 8, 8), zeros(1, ScalarType.Int64), 2), new GivenNoise([]));
        act.Should().Throw<InvalidOperationException>().WithMessage("*2 or more*");
    }

    [Fact]
    public void SmoothAdv_radius_grows_over_the_first_epochs()
    {
        // schedules.json of the same goldens: epsilon 1 warmed up over 10 epochs is .1, .2, .9, 1, 1 after 0, 1, 8, 9, 50 of them.
        using ModuleClassifier classifier = TrainingFixture.Classifier();
        SmoothAdv objective = new(classifier, .5) { Radius = 1, WarmupEpochs = 10 };
        new[] { 0, 1, 8, 9, 50 }.Select(objective.RadiusIn).Should().Equal(.1, .2, .9, 1, 1);
    }
}
