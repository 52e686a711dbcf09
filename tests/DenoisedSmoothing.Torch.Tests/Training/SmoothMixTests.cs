using System.Text.Json;
using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Training;

/// <summary>Against tests/Goldens/training: jh-jeong/smoothmix@cb1fd330, code/train.py, in float64.</summary>
public class SmoothMixTests
{
    [Theory]
    [InlineData(0, 10, 0)] // full weight: no warm-up
    [InlineData(1, 2, 10)] // a weight of .3: after two of ten epochs
    public void Loss_and_gradients_are_those_of_the_reference(int index, int epoch, int warmup)
    {
        using DisposeScope scope = NewDisposeScope();
        JsonElement golden = TrainingGolden.Read("smoothmix.json"), expected = golden.GetProperty("cases")[index];
        Tensor clean = golden.GetProperty("clean_logits").Tensor(), mixed = golden.GetProperty("mix_logits").Tensor(),
            labels = golden.GetProperty("labels").Labels();
        GivenPasses network = new(null, clean.flatten(0, 1), mixed.flatten(0, 1));
        SmoothMix objective = new(new ModuleClassifier(network, 3), sigma: .5)
        {
            AttackSteps = 1,
            Eta = expected.GetProperty("eta").GetDouble(),
            WarmupEpochs = warmup,
        };
        TrainingBatch batch = new()
        {
            Images = zeros(4, 1, 2, 2, ScalarType.Float64),
            Labels = labels,
            ClassCount = 3,
            Epoch = epoch,
        };

        Tensor loss = objective.Loss(batch, new GivenUniforms([], 2 * golden.GetProperty("lam").Tensor()));
        loss.backward();

        loss.item<double>().Should().BeApproximately(expected.GetProperty("total").GetDouble(), 1e-12);
        network.Logits[1]!.grad!.reshape(clean.shape).ShouldBe(expected.GetProperty("grad_clean_logits"), 1e-12);
        network.Logits[2]!.grad!.reshape(mixed.shape).ShouldBe(expected.GetProperty("grad_mix_logits"), 1e-12);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 0)] // one-step
    [InlineData(2, 10)] // one-step, warmed up to a step of .3
    public void Images_are_moved_and_mixed_as_in_the_reference(int index, int warmup)
    {
        using DisposeScope scope = NewDisposeScope();
        JsonElement golden = TrainingGolden.Read("attacks.json"), attack = golden.GetProperty("smoothmix_attack")[index];
        (nn.Module<Tensor, Tensor> linear, _, _) = TrainingGolden.Linear(golden.GetProperty("weights"), golden.GetProperty("bias"));
        Tensor x = golden.GetProperty("x").Tensor(), labels = golden.GetProperty("labels").Labels();
        Tensor[] noise = [.. golden.GetProperty("noises").EnumerateArray().Take(2).Select(draw => draw.Tensor())];
        ModuleClassifier classifier = new(linear, 3);
        linear.train();
        List<Tensor> seen = [];
        linear.register_forward_hook((_, input, output) =>
        {
            if (linear.training)
                seen.Add(input.detach().clone().DetachFromDisposeScope());
            return output;
        });
        SmoothMix objective = new(classifier, sigma: 1)
        {
            AttackSteps = attack.GetProperty("steps").GetInt32(),
            StepLength = attack.GetProperty("alpha").GetDouble(),
            OneStep = attack.GetProperty("mix_step").GetInt32() == 1,
            WarmupEpochs = warmup,
        };

        // Uniforms of 1 mix halves: the attacked image is twice the mixed one less the other.
        objective.Loss(new TrainingBatch { Images = x, Labels = labels, ClassCount = 3, Epoch = 2 },
            new GivenUniforms(noise, ones(3, ScalarType.Float64)));

        seen.Should().HaveCount(2, "of the passes in training mode");
        for (int draw = 0; draw < 2; draw++)
        {
            Tensor near = seen[0].narrow(0, 3 * draw, 3) - noise[draw], mixed = seen[1].narrow(0, 3 * draw, 3) - noise[draw];
            near.ShouldBe(attack.GetProperty("clean_side"), 1e-9);
            (2 * mixed - near).ShouldBe(attack.GetProperty("adversarial"), 1e-9);
        }

        seen.ForEach(tensor => tensor.Dispose());
    }

    [Fact]
    public void Loss_of_a_class_of_probability_zero_has_finite_gradients()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor extreme = tensor(new float[] { 0, 5, -200, 0, 5, -200 }, [2, 3]);
        GivenPasses network = new(null, extreme, -extreme);
        SmoothMix objective = new(new ModuleClassifier(network, 3), sigma: .5) { AttackSteps = 1 };
        objective.Loss(TrainingGolden.Batch(zeros(1, 1, 2, 2), tensor(new long[] { 1 }), 3), new GivenUniforms([], zeros(1))).backward();
        isfinite(network.Logits[1]!.grad!).all().item<bool>().Should().BeTrue();
        isfinite(network.Logits[2]!.grad!).all().item<bool>().Should().BeTrue();
    }
}
