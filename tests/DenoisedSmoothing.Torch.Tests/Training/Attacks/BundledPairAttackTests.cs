using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Data;
using DenoisedSmoothing.Noise;
using DenoisedSmoothing.Training.Attacks;
using DenoisedSmoothing.Votes;
using TorchSharp;

namespace DenoisedSmoothing.Torch.Tests.Training.Attacks;

/// <summary>Certificates of the bundled pair under attack. <c>dds attack</c> does the same at length: docs/attacks.md.</summary>
public class BundledPairAttackTests
{
    private const double Sigma = .5;

    private static readonly SmoothingOptions s_options = new() { Batch = 50 };

    [Theory]
    [InlineData(Norm.L2)]
    [InlineData(Norm.L1)]
    public void TryCertificate_a_strong_attack_holds_inside_the_radius_and_changes_the_answer_far_outside(Norm norm) =>
        Attack(norm, images: 1, new CohenCertifier(n0: 20, n: 80), [new PgdAttack { Steps = 8, Draws = 4 }]);

    [Theory]
    [InlineData(Norm.L2)]
    [InlineData(Norm.L1)]
    [Trait("Category", "Slow")]
    public void TryCertificate_no_attack_changes_an_answer_inside_its_radius_and_far_outside_one_does(Norm norm) => Attack(
        norm, images: 4, new CohenCertifier(n: 1000),
        [
            new PgdAttack { Steps = 10, Draws = 8 },
            new PgdAttack { Steps = 5, Draws = 32, UsesGradients = false },
            new DdnAttack { Steps = 10, Draws = 8 },
            new VoteSearchAttack { Steps = 10, Draws = 16 },
            new LowBitsAttack { FirstBit = 20, Draws = 16 },
            new KnownSeedAttack(NoiseOf(norm), seed: 1, phase: VotePhase.Estimation) { Draws = 50, Steps = 5 },
        ]);

    private static void Attack(Norm norm, int images, ICertifier certifier, IReadOnlyList<IAttack> attacks)
    {
        using FashionMnistPair pair = FashionMnistPair.Load();
        DenoisedClassifier classifier = new(pair.Denoiser, pair.Classifier);
        ISmoothingNoise noise = NoiseOf(norm);
        SmoothedClassifier smoothed = new([classifier], noise, certifier, s_options with { Seed = 1 });
        SmoothedClassifier judge = new([classifier], noise, new CohenCertifier(alpha: 1e-6, predictN: 200), s_options);
        AttackTrial trial = new(() => new AttackTarget(classifier, noise) { Batch = 32 }, judge);
        LabeledImages test = FashionMnistPair.TestImages();
        int certified = 0, changed = 0;
        for (int index = 0; index < images; index++)
        {
            using torch.Tensor image = test.Image(index);
            Certificate certificate = smoothed.Certify(new SmoothingImage(image, index));
            if (certificate.Abstained)
                continue;
            certified++;
            foreach (IAttack attack in attacks)
                trial.TryCertificate(attack, image, certificate, index).Verdict.Should().NotBe(AttackVerdict.Changed, attack.Settings);
            AttackOutcome outside = trial.TryRadius(attacks[0], image, certificate.Label!.Value, norm == Norm.L2 ? 8 : 40, index);
            changed += outside.Verdict == AttackVerdict.Changed ? 1 : 0;
        }

        certified.Should().BeGreaterThan(0);
        changed.Should().BeGreaterThan(0, "an attack that never succeeds shows nothing");
    }

    private static ISmoothingNoise NoiseOf(Norm norm) => norm == Norm.L2
        ? new GridGaussianNoise(Sigma)
        : new UniformNoise(Sigma * Math.Sqrt(3));
}
