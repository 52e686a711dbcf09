using System.Text.Json;
using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Training;

/// <summary>
/// Against tests/Goldens/training/consistency.json: jh-jeong/smoothing-consistency@a11954aa, code/consistency.py, in float64.
/// </summary>
public class ConsistencyTests
{
    public static TheoryData<int> Cases => [.. Enumerable.Range(
        0, TrainingGolden.Read("consistency.json").GetProperty("cases").GetArrayLength())];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Loss_and_gradient_are_those_of_the_reference(int index)
    {
        using DisposeScope scope = NewDisposeScope();
        JsonElement golden = TrainingGolden.Read("consistency.json").GetProperty("cases")[index];
        int draws = golden.GetProperty("m").GetInt32();
        Tensor logits = golden.GetProperty("logits").Tensor(), labels = golden.GetProperty("labels").Labels();
        GivenLogits network = new(logits.flatten(0, 1));
        Consistency objective = new(new ModuleClassifier(network, (int)logits.shape[2]), sigma: .5)
        {
            Draws = draws,
            Lambda = golden.GetProperty("lambda").GetDouble(),
            Eta = golden.GetProperty("eta").GetDouble(),
        };

        Tensor loss = objective.Loss(TrainingGolden.Batch(
            zeros(labels.shape[0], 1, 2, 2, ScalarType.Float64), labels, (int)logits.shape[2]), new GivenNoise([]));
        loss.backward();

        loss.item<double>().Should().BeApproximately(golden.GetProperty("total").GetDouble(), 1e-12);
        network.Logits[0].grad!.reshape(logits.shape).ShouldBe(golden.GetProperty("grad_total"), 1e-12);
    }

    [Fact]
    public void Loss_of_a_class_of_probability_zero_has_finite_gradients()
    {
        // The reference's kl_div gives .0201 and NaN gradients here (golden "float32_underflow": float32 logits 0, 5, -200, two draws).
        using DisposeScope scope = NewDisposeScope();
        GivenLogits network = new(tensor(new float[] { 0, 5, -200, 0, 5, -200 }, [2, 3]));
        Consistency objective = new(new ModuleClassifier(network, 3), sigma: .5) { Lambda = 10, Eta = .5 };
        Tensor loss = objective.Loss(TrainingGolden.Batch(zeros(1, 1, 2, 2), tensor(new long[] { 1 }), 3), new GivenNoise([]));
        loss.backward();
        float.IsFinite(loss.item<float>()).Should().BeTrue();
        isfinite(network.Logits[0].grad!).all().item<bool>().Should().BeTrue();
    }

    [Fact]
    public void Loss_shows_the_network_every_image_with_each_draw_one_draw_after_the_other()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor? seen = null;
        nn.Module<Tensor, Tensor> network = nn.Sequential(("flat", nn.Flatten()), ("head", nn.Linear(4, 2, dtype: ScalarType.Float64)));
        network.register_forward_hook((_, x, output) =>
        {
            seen = x.clone().DetachFromDisposeScope();
            return output;
        });
        Tensor images = arange(8, ScalarType.Float64).reshape(2, 1, 2, 2).div_(10);
        Tensor[] noise = [.. Enumerable.Range(0, 3).Select(i => ones_like(images).mul_(i + 1))];

        new Consistency(new ModuleClassifier(network, 2), sigma: .25) { Draws = 3 }.Loss(
            TrainingGolden.Batch(images, zeros(2, ScalarType.Int64), 2), new GivenNoise(noise));

        using (seen)
            seen!.allclose(cat([images + .25, images + .5, images + .75], 0)).Should().BeTrue();
    }

    [Fact]
    public void Settings_out_of_range_are_refused()
    {
        using ModuleClassifier classifier = TrainingFixture.Classifier();
        foreach (Action act in new Action[]
        {
            () => _ = new Consistency(classifier, 0), () => _ = new Consistency(classifier, .5) { Draws = 1 },
            () => _ = new Consistency(classifier, .5) { Lambda = -1 }, () => _ = new Consistency(classifier, .5) { Eta = double.NaN },
        })
        {
            act.Should().Throw<ArgumentOutOfRangeException>();
        }
    }
}
