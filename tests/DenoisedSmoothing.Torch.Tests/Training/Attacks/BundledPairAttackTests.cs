using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Data;
using DenoisedSmoothing.Noise;
using DenoisedSmoothing.Training.Attacks;
using TorchSharp;

namespace DenoisedSmoothing.Torch.Tests.Training.Attacks;

/// <summary>Certificates of the bundled pair under attack.</summary>
[Trait("Category", "Slow")]
public class BundledPairAttackTests
{
    private const double Sigma = .5;

    private static readonly IAttack[] s_attacks =
    [
        new PgdAttack { Steps = 10, Draws = 8 },
        new PgdAttack { Steps = 5, Draws = 32, UsesGradients = false },
        new DdnAttack { Steps = 10, Draws = 8 },
        new VoteSearchAttack { Steps = 10, Draws = 16 },
        new LowBitsAttack { FirstBit = 20, Draws = 16 },
        new KnownSeedAttack(new GridGaussianNoise(Sigma), seed: 1) { Draws = 50, Steps = 5 },
    ];

    [Fact]
    public void TryCertificate_no_attack_changes_an_answer_inside_its_radius_and_far_outside_one_does()
    {
        using FashionMnistPair pair = FashionMnistPair.Load();
        DenoisedClassifier classifier = new(pair.Denoiser, pair.Classifier);
        SmoothingOptions options = new() { Batch = 100 };
        SmoothedClassifier smoothed = new([classifier], Sigma, new CohenCertifier(n: 1000), options);
        SmoothedClassifier judge = new([classifier], Sigma, new CohenCertifier(alpha: 1e-6, predictN: 300), options);
        AttackTrial trial = new(() => new AttackTarget(classifier, judge.Noise), judge);
        LabeledImages images = FashionMnistPair.TestImages();
        int certified = 0, changed = 0;
        for (int index = 0; index < 2; index++)
        {
            using torch.Tensor image = images.Image(index);
            Certificate certificate = smoothed.Certify(image);
            if (certificate.Abstained)
                continue;
            certified++;
            foreach (IAttack attack in s_attacks)
                trial.TryCertificate(attack, image, certificate, index).Verdict.Should().NotBe(AttackVerdict.Changed, attack.Settings);
            AttackOutcome outside = trial.TryRadius(s_attacks[0], image, certificate.Label!.Value, 4 * certificate.Radius, index);
            changed += outside.Verdict == AttackVerdict.Changed ? 1 : 0;
        }

        certified.Should().BeGreaterThan(0);
        changed.Should().BeGreaterThan(0, "an attack that never succeeds shows nothing");
    }
}
