using System.Text.Json;
using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Training;
using DenoisedSmoothing.Training.Attacks;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Training.Attacks;

/// <summary>Against tests/Goldens/training/attacks.json: Hadisalman/smoothing-adversarial@cff781d5, code/attacks.py, in float64.</summary>
public class AttackGoldenTests
{
    private static readonly JsonElement s_golden = TrainingGolden.Read("attacks.json");

    public static TheoryData<int> PgdCases => [.. Enumerable.Range(0, s_golden.GetProperty("smoothadv_pgd").GetArrayLength())];

    public static TheoryData<int> DdnCases => [.. Enumerable.Range(0, s_golden.GetProperty("smoothadv_ddn").GetArrayLength())];

    [Theory]
    [MemberData(nameof(PgdCases))]
    public void Pgd_perturbs_as_the_reference_does(int index)
    {
        JsonElement golden = s_golden.GetProperty("smoothadv_pgd")[index];
        PgdAttack attack = new() { Steps = golden.GetProperty("steps").GetInt32(),
            UsesGradients = golden.GetProperty("uses_gradient").GetBoolean() };
        ShouldPerturb(golden, (target, x, labels, noise, random) =>
            attack.Run(target, x, labels, golden.GetProperty("epsilon").GetDouble(), noise, random));
    }

    [Theory]
    [MemberData(nameof(PgdCases))]
    public void Pgd_gives_the_same_with_one_copy_a_pass(int index)
    {
        JsonElement golden = s_golden.GetProperty("smoothadv_pgd")[index];
        PgdAttack attack = new() { Steps = golden.GetProperty("steps").GetInt32(),
            UsesGradients = golden.GetProperty("uses_gradient").GetBoolean() };
        ShouldPerturb(golden, (target, x, labels, noise, random) =>
            attack.Run(target, x, labels, golden.GetProperty("epsilon").GetDouble(), noise, random), batch: 3);
    }

    [Theory]
    [MemberData(nameof(DdnCases))]
    public void Ddn_perturbs_as_the_reference_does(int index)
    {
        JsonElement golden = s_golden.GetProperty("smoothadv_ddn")[index];
        DdnAttack attack = new()
        {
            Steps = golden.GetProperty("steps").GetInt32(),
            InitialNorm = golden.GetProperty("init_norm").GetDouble(),
            Gamma = golden.GetProperty("gamma").GetDouble(),
            Levels = golden.GetProperty("levels").GetInt32(),
        };
        ShouldPerturb(golden, (target, x, labels, noise, random) =>
            attack.Run(target, x, labels, golden.GetProperty("epsilon").GetDouble(), noise, random));
    }

    private static void ShouldPerturb(
        JsonElement golden, Func<AttackTarget, Tensor, Tensor, IReadOnlyList<Tensor>, StepRandom, Tensor> attack, int batch = 128)
    {
        using DisposeScope scope = NewDisposeScope();
        (nn.Module<Tensor, Tensor> network, _, _) = TrainingGolden.Linear(s_golden.GetProperty("weights"), s_golden.GetProperty("bias"));
        AttackTarget target = new(new ModuleClassifier(network, 3), sigma: 1) { Batch = batch };
        Tensor x = s_golden.GetProperty("x").Tensor();
        Tensor[] noise = [.. s_golden.GetProperty("noises").EnumerateArray().Take(golden.GetProperty("m").GetInt32())
            .Select(draw => draw.Tensor())];

        Tensor attacked = attack(target, x, s_golden.GetProperty("labels").Labels(), noise, new GivenNoise([]));

        (attacked - x).ShouldBe(golden.GetProperty("delta"), 1e-9);
        attacked.requires_grad.Should().BeFalse();
        target.Spent.Should().Be(golden.GetProperty("steps").GetInt32() * noise.Length * 3);
    }
}
