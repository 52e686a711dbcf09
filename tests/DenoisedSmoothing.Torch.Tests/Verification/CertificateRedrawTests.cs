using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Denoising;
using DenoisedSmoothing.Noise;
using DenoisedSmoothing.Testing;
using DenoisedSmoothing.Verification;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Verification;

public sealed class CertificateRedrawTests : IDisposable
{
    private readonly Tensor _image = Images.Random(5, 1, 4, 4);
    private readonly Named _classifier = new(FakeClassifier.Checksum(4));

    public void Dispose() => _image.Dispose();

    public static TheoryData<ISmoothingNoise> Noises =>
        [new GridGaussianNoise(.5), new FloatGaussianNoise(.5), new UniformNoise(.5)];

    [Theory]
    [MemberData(nameof(Noises))]
    public void Verify_draws_the_votes_of_every_noise_and_certifier_again(ISmoothingNoise noise)
    {
        ICertifier[] certifiers =
        [
            new CohenCertifier(n0: 33, n: 130, alpha: .05), new MulticlassCertifier(n0: 33, n: 130, alpha: .05),
            new SequentialCertifier(new SequentialOptions { Budget = 500, Alpha = .05 }),
        ];
        foreach (ICertifier certifier in certifiers)
            Verify(Certify(certifier, noise)).Should().BeEmpty();
    }

    [Fact]
    public void Verify_draws_the_samples_of_a_later_stage_again()
    {
        // Hopeless, and never given up before the last stage.
        Certificate certificate = Certify(new Staged.StagedCertifier(.5, [40, 90, 200], n0: 33, alpha: .05, giveUp: 1e-80),
            new GridGaussianNoise(.5));

        certificate.N.Should().Be(200);
        Verify(certificate).Should().BeEmpty();
        Verify(certificate with
        {
            Method = new CohenCertifier(33, 200, .05).Method,
        }).Should().Contain(finding => finding.Member == "estimationVotes", "the first 200 samples are others");
    }

    [Fact]
    public void Verify_real_networks_with_noise_of_their_own_give_the_same_votes()
    {
        using DisposeScope scope = NewDisposeScope();
        using FashionMnistPair pair = FashionMnistPair.Load();
        DenoisedClassifier classifier = new(new MultiStepDenoiser(pair.Diffusion, new MultiStepOptions { Steps = 2 }), pair.Classifier);
        Tensor image = FashionMnistPair.TestImages().Image(3);
        SmoothedClassifier smoothed = new(
            [classifier], .5, new CohenCertifier(n0: 10, n: 50, alpha: .05), new SmoothingOptions { Batch = 16, Seed = 7 });

        Certificate certificate = smoothed.Certify(new SmoothingImage(image, 3));

        new CertificateRedraw(classifier).Verify(image, certificate).Should().BeEmpty();
    }

    [Fact]
    public void Verify_rows_without_finite_scores_are_missed_again()
    {
        Named classifier = new(new FakeClassifier(3, noisy =>
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor first = noisy.flatten(1).narrow(1, 0, 1);
            return cat([first, zeros_like(first), where(first > 1, full_like(first, float.NaN), -first)], 1).MoveToOuterDisposeScope();
        }));
        Certificate certificate = Certify(new CohenCertifier(n0: 50, n: 300, alpha: .05), new GridGaussianNoise(.5), classifier);
        certificate.EstimationVotes.Missed.Should().BePositive();

        new CertificateRedraw(classifier).Verify(_image, certificate).Should().BeEmpty();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Verify_one_vote_that_was_moved_is_found(bool selection)
    {
        Certificate certificate = Certify(new CohenCertifier(n0: 33, n: 130, alpha: .05), new GridGaussianNoise(.5));
        VoteCounts votes = selection ? certificate.SelectionVotes : certificate.EstimationVotes;
        long[] moved = votes.AsSpan().ToArray();
        (moved[0], moved[1]) = (moved[0] + 1, moved[1] - 1);
        Certificate forged = selection
            ? certificate with { SelectionVotes = new VoteCounts(moved) }
            : certificate with { EstimationVotes = new VoteCounts(moved) };

        Verify(forged).Should().ContainSingle().Which.Should().Match<VerificationFinding>(finding =>
            finding.Severity == VerificationSeverity.Overstated
                && finding.Member == (selection ? "selectionVotes" : "estimationVotes"));
    }

    [Fact]
    public void Verify_another_seed_gives_other_votes()
    {
        Certificate certificate = Certify(new CohenCertifier(n0: 33, n: 130, alpha: .05), new GridGaussianNoise(.5));

        Verify(certificate with { Provenance = certificate.Provenance! with { Seed = 4 } }).Should()
            .Contain(finding => finding.Severity == VerificationSeverity.Overstated);
    }

    [Fact]
    public void Verify_other_votes_of_other_software_only_differ()
    {
        Certificate certificate = Certify(new CohenCertifier(n0: 33, n: 130, alpha: .05), new GridGaussianNoise(.5));

        Verify(certificate with { Provenance = certificate.Provenance! with { Seed = 4, Software = "another" } }).Should()
            .OnlyContain(finding => finding.Severity == VerificationSeverity.Different);
    }

    [Fact]
    public void Verify_another_image_classifier_precision_or_device_cannot_be_drawn()
    {
        Certificate certificate = Certify(new CohenCertifier(n0: 33, n: 130, alpha: .05), new GridGaussianNoise(.5));
        using Tensor other = Images.Random(6, 1, 4, 4);
        Provenance origin = certificate.Provenance!;

        Unknown(new CertificateRedraw(_classifier).Verify(other, certificate), "imageHash");
        Unknown(new CertificateRedraw(FakeClassifier.Checksum(4)).Verify(_image, certificate), "baseClassifier");
        Unknown(Verify(certificate with { Provenance = origin with { Precision = "float16" } }), "precision");
        Unknown(Verify(certificate with { Provenance = origin with { Device = "cuda" } }), "device");
        Unknown(Verify(certificate with { Provenance = origin with { Noise = "another" } }), "noise");
        Unknown(Verify(certificate with { Provenance = origin with { Batch = int.MaxValue } }), "batch");
        Unknown(Verify(certificate with { Provenance = origin with { ImageIndex = -1 } }), "imageIndex");
        Unknown(Verify(certificate with { Provenance = origin with { ImageShape = [1, 1, 16] } }), "imageShape");
        Unknown(Verify(certificate with { Provenance = null }), "provenance");
    }

    [Fact]
    public void Verify_more_votes_than_an_image_can_have_is_an_overstatement_at_once()
    {
        Certificate certificate = Certify(new CohenCertifier(n0: 33, n: 130, alpha: .05), new GridGaussianNoise(.5));

        Verify(certificate with { EstimationVotes = new VoteCounts(1L << 40, 0, 0, 0) }).Should()
            .ContainSingle().Which.Severity.Should().Be(VerificationSeverity.Overstated);
    }

    [Fact]
    public void Verify_a_forged_noise_level_is_a_finding_and_no_exception()
    {
        Certificate certificate = Certify(new CohenCertifier(n0: 33, n: 130, alpha: .05), new FloatGaussianNoise(.5));

        Unknown(Verify(certificate with { Provenance = certificate.Provenance! with { DrawnSigma = double.NaN } }), "noise");
    }

    [Fact]
    public void Verify_stops_between_batches()
    {
        Certificate certificate = Certify(new CohenCertifier(n0: 33, n: 130, alpha: .05), new GridGaussianNoise(.5));

        FluentActions.Invoking(() => new CertificateRedraw(_classifier).Verify(_image, certificate, new CancellationToken(true))).Should()
            .Throw<OperationCanceledException>();
    }

    private static void Unknown(IReadOnlyList<VerificationFinding> findings, string member) =>
        findings.Should().ContainSingle().Which.Should().Match<VerificationFinding>(finding =>
            finding.Severity == VerificationSeverity.Unknown && finding.Member == member);

    private IReadOnlyList<VerificationFinding> Verify(Certificate certificate) =>
        new CertificateRedraw(_classifier).Verify(_image, certificate);

    private Certificate Certify(ICertifier certifier, ISmoothingNoise noise, IBaseClassifier? classifier = null) =>
        new SmoothedClassifier([classifier ?? _classifier], noise, certifier, new SmoothingOptions { Batch = 32, Seed = 3 })
            .Certify(new SmoothingImage(_image, 9));
}
