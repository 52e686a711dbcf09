using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Noise;
using DenoisedSmoothing.Statistics;
using DenoisedSmoothing.Testing;
using DenoisedSmoothing.Votes;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Noise;

/// <summary>
/// Uniform noise through the whole library: l1 certificates of a classifier whose exact radius is known, and of the bundled pair.
/// </summary>
public class UniformSmoothingTests
{
    private const double Alpha = .05, Lambda = .25;
    private const int N0 = 9, N = 60, Runs = 20_000;

    /// <summary>
    /// Label 1 where the first pixel is above 1/2: the worst classifier for uniform noise, its l1 radius is the pixel's distance from 1/2.
    /// </summary>
    private static readonly LinearClassifier Threshold = new([1, 0], -.5);

    [Theory]
    [InlineData(1, true)]
    [InlineData(1.2, false)] // claims a fifth more noise than was drawn
    public void Certify_exceeds_the_exact_radius_no_more_often_than_alpha(double claimed, bool sound)
    {
        double radius = 2 * Lambda * (ClopperPearson.Lower(50, N, Alpha) - .5) * .9999;
        using Tensor above = tensor([(float)(.5 + radius), .3f], [1, 1, 2]);
        double exact = Threshold.RadiusAt(Images.ValuesOf(above));
        SmoothedClassifier smoothed = new(
            [Threshold], new UniformNoise(Lambda), new Claiming(new CohenCertifier(N0, N, Alpha), claimed), new SmoothingOptions
            {
                Batch = 8192,
                Seed = 4,
            });

        List<Certificate> certificates = [.. smoothed.CertifyMany(Enumerable.Range(0, Runs).Select(i => new SmoothingImage(above, i)))];

        certificates.Should().OnlyContain(certificate => certificate.Norm == Norm.L1);
        long wrong = certificates.LongCount(certificate => certificate.Label == 0
            || (certificate.Label == 1 && certificate.Radius > exact));
        Coverage.IsPlausible(wrong, Runs, Alpha).Should().Be(sound, "{0} of {1} radii were too large", wrong, Runs);
        wrong.Should().BeGreaterThan((long)(.03 * Runs), "the test should not be so wasteful that the check has no power");
    }

    [Fact]
    public void Certify_bundled_pair_gives_l1_certificates()
    {
        using FashionMnistPair pair = FashionMnistPair.Load();
        UniformNoise noise = new(.5);
        using Tensor image = FashionMnistPair.TestImages().Image(1); // a pullover, an easy image
        SmoothedClassifier smoothed = new(
            [new DenoisedClassifier(pair.Denoiser, pair.Classifier)], noise, new CohenCertifier(n0: 20, n: 300), new SmoothingOptions
            {
                Seed = 1,
                Batch = 50,
            });

        Certificate certificate = smoothed.Certify(image);

        certificate.Label.Should().Be(2);
        certificate.Norm.Should().Be(Norm.L1);
        certificate.Noise.Should().Be("uniform lambda=0.5 dimension=784");
        certificate.Sigma.Should().Be(noise.Level.Certified);
        certificate.Provenance!.Noise.Should().Be(UniformNoise.Scheme);
        certificate.Radius.Should().Be(new UniformRule(.5, 784).Radius(certificate.PALower, certificate.PBUpper)).And.BeInRange(.2, .5);
    }

    [Fact]
    public void Denoiser_is_told_the_standard_deviation()
    {
        double told = 0;
        FakeClassifier listening = new(2, (noisy, context) =>
        {
            told = context.Sigma;
            return zeros(noisy.shape[0], 2);
        });
        using Tensor image = Images.Grey(1, 4, 4);
        new SmoothedClassifier([listening], new UniformNoise(.6), new CohenCertifier(n0: 5, n: 5)).Predict(image);
        told.Should().BeApproximately(.6 / Math.Sqrt(3), 1e-12);
    }

    private sealed class Claiming(ICertifier honest, double times) : ICertifier
    {
        public CertificationMethod Method { get; } = new("claiming");

        public VoteRange PredictionVotes => honest.PredictionVotes;

        public VoteRange CertificationVotes => honest.CertificationVotes;

        public IVoteTest<Prediction> Predict(int classCount) => honest.Predict(classCount);

        public IVoteTest<Certificate> Certify(int classCount, IRadiusRule rule) => honest.Certify(classCount, ((UniformRule)rule) with
        {
            Lambda = times * Lambda,
        });

        public IReadOnlyList<string> Warnings(int classCount) => [];
    }
}
