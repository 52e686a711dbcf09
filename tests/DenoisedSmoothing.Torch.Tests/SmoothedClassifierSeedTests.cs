using System.Security.Cryptography;
using DenoisedSmoothing.Noise;
using DenoisedSmoothing.Statistics;
using DenoisedSmoothing.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests;

/// <summary>Seeds, and what a certificate tells about where it came from.</summary>
public class SmoothedClassifierSeedTests
{
    private const int Classes = 5;
    private static readonly CohenCertifier Small = new(n0: 20, n: 60, alpha: .05, predictN: 40);

    [Fact]
    public void Certify_same_seed_gives_the_same_certificate()
    {
        using Tensor image = Images.Random(1, 1, 3, 3);
        IBaseClassifier classifier = FakeClassifier.Checksum(Classes);
        Certificate first = Smoothed(classifier, seed: 5).Certify(image, 7);
        Certificate again = Smoothed(classifier, seed: 5).Certify(image, 7);

        again.Should().Be(first, "records of equal content are equal");
        again.GetHashCode().Should().Be(first.GetHashCode());
        again.EstimationVotes.Should().Be(first.EstimationVotes);
        BitConverter.DoubleToInt64Bits(again.PALower).Should().Be(BitConverter.DoubleToInt64Bits(first.PALower));
    }

    [Fact]
    public void Certify_another_seed_index_or_sigma_draws_other_noise()
    {
        using Tensor image = Images.Random(1, 1, 3, 3);
        IBaseClassifier classifier = FakeClassifier.Checksum(Classes);
        Certificate certificate = Smoothed(classifier, seed: 5).Certify(image, 7);

        Smoothed(classifier, seed: 6).Certify(image, 7).EstimationVotes.Should().NotBe(certificate.EstimationVotes);
        Smoothed(classifier, seed: 5).Certify(image, 8).EstimationVotes.Should().NotBe(certificate.EstimationVotes);
        new SmoothedClassifier([classifier], .26, Small, new SmoothingOptions { Seed = 5 }).Certify(image, 7).EstimationVotes
            .Should().NotBe(certificate.EstimationVotes);
    }

    [Fact]
    public void Certify_without_seed_takes_a_fresh_one_for_every_call_and_records_it()
    {
        using Tensor image = Images.Random(1, 1, 3, 3);
        IBaseClassifier classifier = FakeClassifier.Checksum(Classes);
        SmoothedClassifier smoothed = Smoothed(classifier, seed: null);
        Certificate[] certificates = [.. Enumerable.Range(0, 8).Select(_ => smoothed.Certify(image))];

        certificates.Select(certificate => certificate.Provenance!.Seed).Should().OnlyHaveUniqueItems();
        certificates.Select(certificate => certificate.EstimationVotes).Distinct().Count().Should().BeGreaterThan(4);
        foreach (Certificate certificate in certificates)
            Smoothed(classifier, certificate.Provenance!.Seed).Certify(image).Should().Be(certificate, "the recorded seed gives the same votes again");
    }

    [Fact]
    public void CertifyMany_uses_one_seed_for_a_call_and_another_for_the_next()
    {
        using Tensor image = Images.Random(1, 1, 3, 3);
        IEnumerable<Certificate> certificates = Smoothed(FakeClassifier.Checksum(Classes), seed: null).CertifyMany([new(0, image), new(1, image)]);
        ulong[] first = [.. certificates.Select(certificate => certificate.Provenance!.Seed)];
        ulong[] second = [.. certificates.Select(certificate => certificate.Provenance!.Seed)];

        first.Distinct().Should().ContainSingle();
        second.Distinct().Should().ContainSingle();
        second[0].Should().NotBe(first[0]);
    }

    [Fact]
    public void Predict_takes_fresh_noise_for_every_call_even_where_Certifys_seed_is_given()
    {
        using Tensor image = Images.Random(1, 1, 3, 3);
        SmoothedClassifier smoothed = Smoothed(FakeClassifier.Checksum(Classes), seed: 5);
        Enumerable.Range(0, 8).Select(_ => smoothed.Predict(image).Votes).Distinct().Count().Should().BeGreaterThan(4);
    }

    [Fact]
    public void Predict_never_publishes_its_seed()
    {
        // Nothing in the record could hold it: the only numbers are labels, votes, a p-value and alpha.
        typeof(Prediction).GetProperties().Select(property => property.Name).Should().BeEquivalentTo(
            "Label", "TopLabel", "RunnerUpLabel", "Votes", "PValue", "Alpha", "Method", "Abstained", "N");
        using Tensor image = Images.Random(1, 1, 3, 3);
        const ulong seed = 9876543210123456789;
        SmoothedClassifier smoothed = new([FakeClassifier.Checksum(Classes)], .25, Small, new SmoothingOptions { PredictSeed = seed });
        smoothed.Predict(image).ToString().Should().NotContain($"{seed}");
    }

    [Fact]
    public void Predict_given_seed_gives_the_same_votes()
    {
        using Tensor image = Images.Random(1, 1, 3, 3);
        SmoothedClassifier smoothed = new([FakeClassifier.Checksum(Classes)], .25, Small, new SmoothingOptions { PredictSeed = 4 });
        smoothed.Predict(image).Should().Be(smoothed.Predict(image));
    }

    [Fact]
    public void Phases_share_no_draw_under_one_seed()
    {
        List<float[]> rows = [];
        FakeClassifier recording = Recording(rows);
        using Tensor image = Images.Grey(1, 3, 3);
        SmoothedClassifier smoothed = new([recording], .25, Small, new SmoothingOptions { Seed = 3, PredictSeed = 3, Batch = 20 });

        smoothed.Predict(image);
        smoothed.Certify(image);

        // Batches of 20 fit 40, 20 and 60 votes exactly: no padding among the rows.
        rows.Should().HaveCount(120);
        rows.Select(row => string.Join(' ', row.Select(BitConverter.SingleToInt32Bits))).Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public void Rows_are_the_image_plus_the_noise_of_their_place()
    {
        List<float[]> rows = [];
        using Tensor image = Images.Random(2, 1, 3, 3);
        SmoothedClassifier smoothed = new([Recording(rows)], .25, Small, new SmoothingOptions { Seed = 3, Batch = 20 });

        smoothed.Certify(image, imageIndex: 12);

        GridGaussianNoise noise = new(.25);
        float[] expected = new float[9];
        for (int sample = 0; sample < 20; sample++)
        {
            noise.AddTo(3, new NoiseCoordinate(0, 12, VotePhase.Selection, sample), Images.ValuesOf(image), expected);
            rows[sample].Should().Equal(expected);
        }

        for (int sample = 0; sample < 60; sample++)
        {
            noise.AddTo(3, new NoiseCoordinate(0, 12, VotePhase.Estimation, sample), Images.ValuesOf(image), expected);
            rows[20 + sample].Should().Equal(expected);
        }
    }

    [Theory]
    [InlineData(.12)] // (float).12 is below .12
    [InlineData(.1)] // (float).1 is above .1
    [InlineData(.25)]
    public void Sigma_of_float_noise_certified_is_never_above_the_one_drawn_or_asked_for(double sigma)
    {
        using Tensor image = Images.Grey(1, 2, 2);
        SmoothedClassifier smoothed = new([FakeClassifier.Constant(0, 1)], new FloatGaussianNoise(sigma), Small);
        Certificate certificate = smoothed.Certify(image);

        certificate.Sigma.Should().Be(Math.Min(sigma, (double)(float)sigma));
        certificate.Provenance!.DrawnSigma.Should().Be((float)sigma);
        (smoothed.Noise.Level.Certified, smoothed.Noise.Level.Drawn).Should().Be((certificate.Sigma, certificate.Provenance.DrawnSigma));
        certificate.Radius.Should().Be(CertifiedRadius.FromBound(certificate.PALower, certificate.Sigma));
    }

    [Theory]
    [InlineData(.12)]
    [InlineData(.1)]
    public void Sigma_of_grid_noise_is_the_one_asked_for(double sigma)
    {
        using Tensor image = Images.Grey(1, 2, 2);
        Certificate certificate = new SmoothedClassifier([FakeClassifier.Constant(0, 1)], sigma, Small).Certify(image);

        (certificate.Sigma, certificate.Provenance!.DrawnSigma).Should().Be((sigma, sigma));
        certificate.Radius.Should().Be(new GridGaussianRule(sigma, 4).Radius(certificate.PALower, certificate.PBUpper)).And.BePositive();
        certificate.Noise.Should().Be(new GridGaussianRule(sigma, 4).Description);
    }

    [Fact]
    public void Provenance_says_what_was_certified_and_how()
    {
        using Tensor image = Images.Random(3, 2, 3, 4);
        FingerprintedClassifier classifier = new();
        SmoothedClassifier smoothed = new([classifier], .25, Small, new SmoothingOptions { Seed = ulong.MaxValue, Batch = 17 });

        Certificate certificate = smoothed.Certify(image, imageIndex: 42);

        byte[] bytes = [.. Images.ValuesOf(image).SelectMany(BitConverter.GetBytes)];
        Provenance provenance = certificate.Provenance!;
        provenance.ImageHash.Should().Be(Convert.ToHexString(SHA256.HashData(bytes)).ToLowerInvariant());
        provenance.ImageShape.Should().Equal(2, 3, 4);
        provenance.ImageIndex.Should().Be(42);
        provenance.Seed.Should().Be(ulong.MaxValue);
        provenance.Batch.Should().Be(17);
        provenance.Device.Should().Be("cpu");
        provenance.BaseClassifier.Should().Be(classifier.Fingerprint);
        provenance.Precision.Should().Be("bfloat16");
        provenance.Noise.Should().Be(GridGaussianNoise.Scheme);
        certificate.Method.Should().Be(Small.Method);
    }

    [Fact]
    public void Provenance_fingerprint_is_asked_for_once_a_call()
    {
        // A hash of half a billion weights is not to be made anew for every image.
        using Tensor image = Images.Grey(1, 2, 2);
        FingerprintedClassifier classifier = new();
        SmoothedClassifier smoothed = new([classifier], .25, Small);
        smoothed.CertifyMany(Enumerable.Range(0, 10).Select(i => new IndexedImage(i, image))).Should().HaveCount(10);
        classifier.Asked.Should().Be(1);
    }

    [Fact]
    public void Provenance_of_a_view_is_that_of_its_values()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor wide = Images.Random(4, 2, 4, 3), view = wide.transpose(1, 2), batched = view.unsqueeze(0).requires_grad_();
        view.is_contiguous().Should().BeFalse();
        SmoothedClassifier smoothed = Smoothed(FakeClassifier.Checksum(Classes), seed: 1);

        Certificate certificate = smoothed.Certify(view.contiguous());

        smoothed.Certify(view).Should().Be(certificate);
        smoothed.Certify(batched).Should().Be(certificate);
        smoothed.Certify(wide.reshape(2, 3, 4)).Should().NotBe(certificate);
    }

    private static SmoothedClassifier Smoothed(IBaseClassifier classifier, ulong? seed) => new([classifier], .25, Small, new SmoothingOptions { Seed = seed });

    private static FakeClassifier Recording(List<float[]> rows) => new(2, noisy =>
    {
        float[] values = Images.ValuesOf(noisy);
        rows.AddRange(values.Chunk(values.Length / (int)noisy.shape[0]));
        return zeros(noisy.shape[0], 2);
    });

    private sealed class FingerprintedClassifier : IBaseClassifier, IFingerprinted
    {
        public int ClassCount => 2;

        public int Asked { get; private set; }

        public string Fingerprint
        {
            get
            {
                Asked++;
                return "fake/1";
            }
        }

        public string Precision => "bfloat16";

        public Tensor Score(Tensor noisy, NoiseContext noise) => zeros(noisy.shape[0], 2);
    }
}
