using System.Security.Cryptography;
using DenoisedSmoothing.Noise;
using DenoisedSmoothing.Statistics;
using DenoisedSmoothing.Testing;
using DenoisedSmoothing.Sampling;
using DenoisedSmoothing.Votes;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests;

/// <summary>Seeds, and what a certificate tells about where it came from.</summary>
public class SmoothedClassifierSeedTests
{
    private const int Classes = 5;
    private static readonly FingerprintedClassifier s_named = new();
    private static readonly CohenCertifier Small = new(n0: 20, n: 60, alpha: .05, predictN: 40);

    [Fact]
    public void Certify_same_seed_gives_the_same_certificate()
    {
        using Tensor image = Images.Random(1, 1, 3, 3);
        IBaseClassifier classifier = FakeClassifier.Checksum(Classes);
        Certificate first = Smoothed(classifier, seed: 5).Certify(new(image, 7));
        Certificate again = Smoothed(classifier, seed: 5).Certify(new(image, 7));

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
        Certificate certificate = Smoothed(classifier, seed: 5).Certify(new(image, 7));

        Smoothed(classifier, seed: 6).Certify(new(image, 7)).EstimationVotes.Should().NotBe(certificate.EstimationVotes);
        Smoothed(classifier, seed: 5).Certify(new(image, 8)).EstimationVotes.Should().NotBe(certificate.EstimationVotes);
        new SmoothedClassifier([classifier], .26, Small, new SmoothingOptions { Seed = 5 }).Certify(new(image, 7)).EstimationVotes
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
            Smoothed(classifier, certificate.Provenance!.Seed).Certify(image).Should()
                .Be(certificate, "the recorded seed gives the same votes again");
    }

    [Fact]
    public void CertifyMany_enumerated_twice_gives_the_same_certificates_and_another_call_others()
    {
        // A second certification under new noise would be the retry that voids alpha.
        using Tensor image = Images.Random(1, 1, 3, 3), other = Images.Random(2, 1, 3, 3);
        SmoothedClassifier smoothed = Smoothed(FakeClassifier.Checksum(Classes), seed: null);
        IEnumerable<Certificate> certificates = smoothed.CertifyMany([image, other]);
        List<Certificate> first = [.. certificates];

        certificates.Should().Equal(first);
        first.Select(certificate => certificate.Provenance!.Seed).Should().OnlyHaveUniqueItems("every image has a key of its own");
        smoothed.CertifyMany([image, other]).Select(certificate => certificate.Provenance!.Seed).Should()
            .NotIntersectWith(first.Select(certificate => certificate.Provenance!.Seed));
    }

    [Fact]
    public void PredictMany_enumerated_twice_gives_the_same_predictions()
    {
        using Tensor image = Images.Random(1, 1, 3, 3), other = Images.Random(2, 1, 3, 3);
        SmoothedClassifier smoothed = Smoothed(FakeClassifier.Checksum(Classes), seed: null);
        IEnumerable<Prediction> predictions =
            smoothed.PredictMany(Enumerable.Range(0, 8).Select(i => new SmoothingImage(i % 2 == 0 ? image : other, i)));
        List<Prediction> first = [.. predictions];

        predictions.Should().Equal(first);
        first.Select(prediction => prediction.Votes).Distinct().Count().Should().BeGreaterThan(4);
    }

    [Fact]
    public void Certify_in_a_loop_under_one_seed_gives_every_image_an_index_of_its_own()
    {
        using DisposeScope scope = NewDisposeScope();
        SmoothedClassifier smoothed = Smoothed(FakeClassifier.Checksum(Classes), seed: 5);
        Tensor[] images = [.. Enumerable.Range(0, 20).Select(i => Images.Random((uint)i, 1, 3, 3))];
        Certificate[] certificates = [.. images.Select(image => smoothed.Certify(image))];

        certificates.Select(certificate => certificate.Provenance!.ImageIndex).Should().OnlyHaveUniqueItems()
            .And.OnlyContain(index => index >= 0 && index < 1L << 32);
        certificates.Select(certificate => certificate.Provenance!.Seed).Should().OnlyContain(seed => seed == 5);
        foreach ((Certificate certificate, Tensor image) in certificates.Zip(images))
            smoothed.Certify(new(image, certificate.Provenance!.ImageIndex)).Should()
                .Be(certificate, "the recorded index draws the same votes");
    }

    [Fact]
    public void SeedSecret_gives_the_same_image_the_same_noise_and_others_other_noise()
    {
        using Tensor image = Images.Random(1, 1, 3, 3), other = Images.Random(2, 1, 3, 3);
        SmoothedClassifier Keyed(byte last) => new(
            [s_named], .25, Small, new SmoothingOptions
            {
                SeedSecret = new byte[] { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, last },
            });
        Certificate certificate = Keyed(16).Certify(image);
        Prediction prediction = Keyed(16).Predict(image);

        Keyed(16).Certify(image).Should().Be(certificate);
        Keyed(16).CertifyMany([other, image]).Last().Should().Be(certificate, "company does not matter");
        Keyed(16).Predict(image).Should().Be(prediction);
        ulong[] seeds =
            [.. new[] { certificate, Keyed(16).Certify(other), Keyed(17).Certify(image), Keyed(16).Certify(new(image, 3)) }.Select(of =>
            of.Provenance!.Seed)];
        seeds.Should().OnlyHaveUniqueItems("the key depends on image, index and secret");
    }

    [Fact]
    public void SeedSource_is_HMAC_SHA_256_of_purpose_hash_and_index()
    {
        // Python: hmac.new(bytes(range(16)), b"denoised-smoothing/seed/1/certify" + hashlib.sha256(b"image").digest() + (7).to_bytes(8,
        // "little"), "sha256").digest()[:8], read as a little-endian number.
        SeedSource seeds = new(null, Enumerable.Range(0, 16).Select(i => (byte)i).ToArray(), "certify");
        seeds.For(SHA256.HashData("image"u8), 7).Should().Be(12984485588515786634UL);
        new SeedSource(9, null, "certify").For([], 7).Should().Be(9);
    }

    [Fact]
    public void SeedSecret_too_short_or_beside_a_seed_is_refused()
    {
        Action brief = () => _ = new SmoothedClassifier([s_named], .25, Small, new SmoothingOptions { SeedSecret = new byte[15] });
        Action both = () => _ = new SmoothedClassifier([s_named], .25, Small, new SmoothingOptions { SeedSecret = new byte[16], Seed = 1 });
        brief.Should().Throw<ArgumentException>().WithMessage("*16 random bytes*15*");
        both.Should().Throw<ArgumentException>().WithMessage("*one of them*");
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
            "Label", "TopLabel", "RunnerUpLabel", "Votes", "PValue", "Alpha", "Method", "Stopped", "Abstained", "N");
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

        smoothed.Certify(new(image, 12));

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

        Certificate certificate = smoothed.Certify(new(image, 42));

        byte[] bytes = [.. Images.ValuesOf(image).SelectMany(BitConverter.GetBytes)];
        Provenance provenance = certificate.Provenance!;
        provenance.ImageHash.Should().Be(Convert.ToHexString(SHA256.HashData(bytes)).ToLowerInvariant());
        provenance.ImageShape.Should().Equal(2, 3, 4);
        provenance.ImageIndex.Should().Be(42);
        provenance.Seed.Should().Be(ulong.MaxValue);
        provenance.Batch.Should().Be(17);
        provenance.Device.Should().Be("cpu");
        provenance.BaseClassifier.Should().Be(classifier.Info.Fingerprint);
        provenance.Precision.Should().Be("bfloat16");
        provenance.Noise.Should().Be(GridGaussianNoise.Scheme);
        certificate.Method.Should().Be(Small.Method);
    }

    [Fact]
    public void Provenance_fingerprint_is_asked_for_before_the_votes_and_after_them()
    {
        // After them once for all certificates that are finished by then: it may be a hash of half a billion weights.
        using Tensor image = Images.Grey(1, 2, 2);
        FingerprintedClassifier classifier = new();
        SmoothedClassifier smoothed = new([classifier], .25, Small);
        smoothed.CertifyMany(Enumerable.Range(0, 10).Select(i => new SmoothingImage(image, i))).Should().HaveCount(10);
        classifier.Asked.Should().BeInRange(2, 11);
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

    private static SmoothedClassifier Smoothed(IBaseClassifier classifier, ulong? seed) =>
        new([classifier], .25, Small, new SmoothingOptions
    {
        Seed = seed,
    });

    private static FakeClassifier Recording(List<float[]> rows) => new(2, noisy =>
    {
        float[] values = Images.ValuesOf(noisy);
        rows.AddRange(values.Chunk(values.Length / (int)noisy.shape[0]));
        return zeros(noisy.shape[0], 2);
    });

    private sealed class FingerprintedClassifier : IBaseClassifier, IDescribed
    {
        public int ClassCount => 2;

        public int Asked { get; private set; }

        public PartInfo Info => new(() =>
        {
            Asked++;
            return "fake/1";
        }) { Precision = "bfloat16" };

        public Tensor Score(Tensor noisy, NoiseContext noise) => FakeClassifier.Checksum(2).Score(noisy, noise);
    }
}
