using DenoisedSmoothing.Noise;
using DenoisedSmoothing.Statistics;
using DenoisedSmoothing.Testing;
using DenoisedSmoothing.Votes;
using MathNet.Numerics.Distributions;
using Path = DenoisedSmoothing.Noise.GaussianNoise.Path;

namespace DenoisedSmoothing.Tests.Noise;

/// <summary>Uniform noise: its bits, its law, and the l1 radius that it certifies.</summary>
public class UniformNoiseTests
{
    private const ulong Seed = 0x0123456789ABCDEF;
    private static readonly NoiseCoordinate At = new(5, 4_000_000_123, VotePhase.Estimation, 60_000_000_007);

    public static TheoryData<string> Paths => GaussianNoiseTests.Paths;

    /// <summary>
    /// Whole numbers by System.UInt128's long way round: the 128-bit word of block i times 2 m, shifted down by 128 bits.
    /// </summary>
    [Theory]
    [MemberData(nameof(Paths))]
    public void AddTo_is_the_fraction_of_a_block_scaled_exactly(string path)
    {
        const double lambda = .3;
        UniformNoise noise = new(lambda);
        long half = (long)(lambda * (1L << 44));
        float[] image = [.. Enumerable.Range(0, 333).Select(i => i % 256 / 255f)], noisy = new float[333];

        noise.AddTo(Seed, At, image, noisy, Enum.Parse<Path>(path));

        for (int i = 0; i < image.Length; i++)
        {
            (uint w0, uint w1, uint w2, uint w3) = Philox.Block(At.Counter + (UInt128)i, Seed);
            System.Numerics.BigInteger word = w0 + ((System.Numerics.BigInteger)w1 << 32) + ((System.Numerics.BigInteger)w2 << 64)
                + ((System.Numerics.BigInteger)w3 << 96);
            long steps = (long)((word * (2 * half)) >> 128) - half;
            noisy[i].Should().Be((float)((image[i] * (double)(1L << 44) + steps) / (1L << 44)));
        }
    }

    [Fact]
    public void AddTo_pixels_are_exact_on_the_grid_and_tiny_ones_move_to_it()
    {
        foreach (int value in Enumerable.Range(0, 256))
            (value / 255f * (double)(1L << 44) % 1).Should().Be(0);
        float[] noisy = new float[1], moved = new float[1];
        UniformNoise noise = new(.5);
        noise.AddTo(Seed, At, [1e-20f], noisy);
        noise.AddTo(Seed, At, [0], moved);
        noisy.Should().Equal(moved);
    }

    [Theory]
    [InlineData(.5, true)]
    [InlineData(.505, false)] // one per cent wider does not fit
    public void Law_chi_square_over_1000_bins(double assumed, bool fits)
    {
        float[] noisy = new float[1_000_000];
        new UniformNoise(.5).AddTo(11, new NoiseCoordinate(0, 3, VotePhase.Estimation, 1), new float[noisy.Length], noisy);
        noisy.Should().OnlyContain(value => value >= -.5f && value <= .5f);
        const int bins = 1000;
        long[] counts = new long[bins];
        foreach (float value in noisy)
            counts[Math.Clamp((int)((value + assumed) / (2 * assumed) * bins), 0, bins - 1)]++;
        double expected = (double)noisy.Length / bins, chi = counts.Sum(count => (count - expected) * (count - expected) / expected);
        (Math.Abs(chi - (bins - 1)) / Math.Sqrt(2 * (bins - 1)) < 5).Should().Be(fits, "{0}", chi);
    }

    [Fact]
    public void Level_is_the_standard_deviation_and_lambda_is_rounded_down()
    {
        UniformNoise noise = new(1.0 / 3);
        noise.Lambda.Should().BeLessThanOrEqualTo(1.0 / 3).And.BeGreaterThan(1.0 / 3 - 1e-13);
        noise.Level.Certified.Should().BeApproximately(new ContinuousUniform(-noise.Lambda, noise.Lambda).StdDev, 1e-15);
        (noise.Norm, noise.RuleFor(9).Norm).Should().Be((Norm.L1, Norm.L1));
        noise.RuleFor(9).Description.Should().StartWith("uniform lambda=0.3333").And.EndWith(" dimension=9");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(300)]
    [InlineData(double.NaN)]
    public void Constructor_lambda_out_of_range_throws(double lambda) =>
        FluentActions.Invoking(() => new UniformNoise(lambda)).Should().Throw<ArgumentOutOfRangeException>()
            .WithParameterName(nameof(lambda));

    /// <summary>2 lambda (pA - 1/2) and lambda (pA - pB), Yang et al. 2020 and Levine and Feizi 2021.</summary>
    [Theory]
    [InlineData(.5, .9, .1, .4)]
    [InlineData(.5, .9, .3, .4)]
    [InlineData(.25, .75, .25, .125)]
    [InlineData(.5, .4, .1, .15)]
    [InlineData(1, .9, .05, .85)]
    [InlineData(1, .5, .5, 0)]
    [InlineData(1, .2, .8, 0)]
    [InlineData(1, .2, .3, 0)]
    [InlineData(1, 0, 1, 0)]
    public void Radius_is_the_theorem_s_rounded_down(double lambda, double pA, double pB, double exact)
    {
        double radius = new UniformRule(lambda, 784).Radius(pA, pB);
        radius.Should().BeLessThanOrEqualTo(exact).And.BeApproximately(exact, 784 * Math.ScaleB(1, -44) + 1e-15);
        if (exact > 0)
            radius.Should().BeLessThan(exact);
    }

    [Fact]
    public void Radius_of_the_largest_image_pays_for_the_bits_of_the_noise_too()
    {
        // 256 (1/2 - 2^28 2^-73) - 2^28 2^-44: every step of it is exact in double.
        double exact = 128 - Math.ScaleB(1, -37) - Math.ScaleB(1, -16);

        new UniformRule(256, 1L << 28).Radius(.75, .25).Should().BeLessThan(exact).And.BeGreaterThan(exact - 1e-12);
    }

    [Fact]
    public void Radius_two_votes_of_total_variation_never_contradict_each_other()
    {
        // The worst classifier for a shift along one pixel: f = 1 on an interval. Its probabilities are exact, in whole steps of a coarse
        // noise.
        const long half = 50;
        for (long threshold = -half; threshold < half; threshold++)
        {
            double pA = (half - threshold) / (2.0 * half); // noise at or above the threshold
            if (pA >= 1)
                continue;
            double radius = new UniformRule(.5, 1).Radius(pA, 1 - pA);
            for (long shift = 0; shift < 100; shift++)
            {
                bool on = half - threshold - shift > half; // more than half of the 2 half steps remain
                if (shift / (2.0 * half) < radius)
                    on.Should().BeTrue("threshold {0}, shift {1}, radius {2}", threshold, shift, radius);
            }
        }
    }

    [Fact]
    public void ProbabilityFor_gives_the_radius_back()
    {
        UniformRule rule = new(.5, 784);
        double p = rule.ProbabilityFor(.3);
        p.Should().BeApproximately(.8, 1e-9).And.BeGreaterThan(.8);
        rule.Radius(p, 1 - p).Should().BeGreaterThanOrEqualTo(.3);
        rule.ProbabilityFor(.5).Should().Be(1, "no uniform noise certifies as much as lambda");
    }

    /// <summary>100,000 certificates, truth known: the label's probability is just below what 50 of 60 votes certify.</summary>
    [Theory]
    [InlineData(1, true)]
    [InlineData(10, false)]
    public void Certificates_overstate_no_more_often_than_alpha(double timesAlpha, bool sound)
    {
        const double alpha = .05;
        const int n = 60, runs = 100_000;
        UniformRule rule = new(.5, 784);
        CohenCertifier certifier = new(n0: 9, n, timesAlpha * alpha);
        Random random = new(5);
        long wrong = 0;
        double p = ClopperPearson.Lower(50, n, alpha) - 1e-9, exact = 2 * .5 * (p - .5); // the worst classifier attains the theorem
        BinomialSampler first = new(9, p), votes = new(n, p);
        for (int run = 0; run < runs; run++)
        {
            IVoteTest<Certificate> test = certifier.Certify(2, rule);
            while (test.Next is { } want)
            {
                long hits = (want.Count == 9 ? first : votes).Draw(random);
                test.Observe(new VoteCounts(hits, want.Count - hits));
            }

            Certificate certificate = test.Result;
            wrong += certificate.Label == 1 || (certificate.Label == 0 && certificate.Radius > exact) ? 1 : 0;
        }

        Coverage.IsPlausible(wrong, runs, alpha).Should().Be(sound, "{0} of {1} radii were too large", wrong, runs);
        wrong.Should().BeGreaterThan((long)(.04 * runs), "the test should not be so wasteful that the check has no power");
    }
}
