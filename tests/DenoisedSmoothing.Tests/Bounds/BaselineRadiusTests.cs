using System.Text.Json;
using DenoisedSmoothing.Baselines;
using DenoisedSmoothing.Noise;
using DenoisedSmoothing.Statistics;
using DenoisedSmoothing.Testing;
using DenoisedSmoothing.Votes;

namespace DenoisedSmoothing.Tests.Bounds;

/// <summary>
/// Against tests/Goldens/statistics_baselines.json: suprema by a dense grid and golden section at 40 digits, checked against the grids in
/// locuslab/smoothing@78a4d949 (bounds.cpython-36.pyc), Bai-Li/STN-Code (bound.py) and columbia/pixeldp@68ad360f (robustness.py).
/// </summary>
public class BaselineRadiusTests
{
    private static readonly JsonElement s_golden = Golden.Json("statistics_baselines.json").RootElement;

    [Fact]
    public void Radii_of_votes_are_the_references()
    {
        foreach (JsonElement row in s_golden.GetProperty("votes").EnumerateArray())
        {
            double pA = row.GetProperty("p_lower").GetDouble();
            double bound = ClopperPearson.Lower(row.GetProperty("k").GetInt64(), row.GetProperty("n").GetInt64(),
                row.GetProperty("alpha").GetDouble());
            bound.Should().BeApproximately(pA, 1e-9);
            ShouldBe(row, pA, 1 - pA);
        }
    }

    [Fact]
    public void Radii_of_two_bounds_are_the_references()
    {
        foreach (JsonElement row in s_golden.GetProperty("two_sided").EnumerateArray())
            ShouldBe(row, row.GetProperty("p_a").GetDouble(), row.GetProperty("p_b").GetDouble());
    }

    [Fact]
    public void Lecuyers_radius_has_a_cap()
    {
        double cap = s_golden.GetProperty("lecuyer_cap").GetDouble();
        LecuyerRadius.FromBounds(Math.BitDecrement(1), double.Epsilon, 2).Should().BeApproximately(2 * cap, 1e-9).And.BeLessThanOrEqualTo(
            2 * cap);
    }

    // No probability, however small or close, gives a radius beyond Cohen's: that is what the soundness of the two rests on.
    [Fact]
    public void Radii_are_at_most_Cohens_for_all_bounds_and_zero_without_a_lead()
    {
        Random random = new(5);
        for (int i = 0; i < 3000; i++)
        {
            double pB = Math.Pow(10, -random.NextDouble() * (i % 3 == 0 ? 300 : 3)) / 2;
            double pA = pB + (1 - pB) * Math.Pow(random.NextDouble(), i % 2 == 0 ? 1 : 5);
            pA = Math.Min(i % 5 == 0 ? 1 : pA, Math.Min(1 - pB, Math.BitDecrement(1)));
            double lecuyer = LecuyerRadius.FromBounds(pA, pB, 1), li = LiRadius.FromBounds(pA, pB, 1),
                cohen = pA > pB ? CertifiedRadius.FromBounds(pA, pB, 1) : 0;
            if (pA + pB > 1 - 1e-12)
                lecuyer.Should().BeLessThanOrEqualTo(li, "pA = {0:R}, pB = {1:R}", pA, pB);
            lecuyer.Should().BeLessThanOrEqualTo(cohen * (1 + 1e-9) + 1e-15, "pA = {0:R}, pB = {1:R}", pA, pB);
            li.Should().BeLessThanOrEqualTo(cohen * (1 + 1e-9) + 1e-15, "pA = {0:R}, pB = {1:R}", pA, pB);
        }

        LecuyerRadius.FromBounds(.4, .4, 1).Should().Be(0);
        LiRadius.FromBounds(.3, .4, 1).Should().Be(0);
    }

    [Fact]
    public void Pixeldp_certifies_as_its_own_code_but_for_its_grid()
    {
        JsonElement golden = s_golden.GetProperty("pixeldp");
        double sigma = golden.GetProperty("sigma").GetDouble();
        foreach (JsonElement row in golden.GetProperty("argmax").EnumerateArray())
        {
            VoteCounts votes = new([.. row.GetProperty("counts").EnumerateArray().Select(count => count.GetInt64())]);
            IVoteTest<Certificate> test = new PixelDpCertifier(10, votes.Total, row.GetProperty("eta").GetDouble()).Certify(10, sigma);
            test.Observe(new VoteCounts(10, 0, 0, 0, 0, 0, 0, 0, 0, 0));
            test.Observe(votes);

            Certificate certificate = test.Result;
            certificate.PALower.Should().BeApproximately(row.GetProperty("p_first_lower").GetDouble(), 1e-9);
            certificate.PBUpper.Should().BeApproximately(row.GetProperty("p_second_upper").GetDouble(), 1e-9);
            certificate.Radius.Should().BeApproximately(row.GetProperty("radius_supremum").GetDouble(), 1e-9);
            certificate.Abstained.Should().Be(certificate.Radius == 0);
        }
    }

    [Fact]
    public void Certifiers_give_the_smaller_of_their_radius_and_the_noises()
    {
        foreach ((ICertifier certifier, Func<double, double, double, double> theorem) in new (ICertifier, Func<double, double, double,
            double>)[] { (new LecuyerCertifier(10, 1000), LecuyerRadius.FromBounds), (new LiCertifier(10, 1000), LiRadius.FromBounds) })
        {
            foreach (IRadiusRule rule in new IRadiusRule[] { new GaussianRule(.5), new GridGaussianRule(.5, 1 << 23) })
            {
                foreach (long hits in new long[] { 551, 560, 700, 990, 1000 })
                {
                    IVoteTest<Certificate> test = certifier.Certify(3, rule);
                    test.Observe(new VoteCounts(10, 0, 0));
                    test.Observe(new VoteCounts(hits, 1000 - hits, 0));
                    Certificate certificate = test.Result;
                    certificate.PALower.Should().Be(ClopperPearson.Lower(hits, 1000, .001));
                    certificate.Radius.Should().Be(Math.Min(rule.Radius(certificate.PALower, certificate.PBUpper),
                        theorem(certificate.PALower, certificate.PBUpper, .5)));
                }
            }

            FluentActions.Invoking(() => certifier.Certify(3, new UniformRule(1, 784))).Should().Throw<ArgumentException>()
                .WithMessage("*Gaussian noise, in l2*");
        }
    }

    private static void ShouldBe(JsonElement row, double pA, double pB)
    {
        LecuyerRadius.FromBounds(pA, pB, 1).Should().BeApproximately(row.GetProperty("lecuyer").GetDouble(), 1e-9);
        LiRadius.FromBounds(pA, pB, 1).Should().BeApproximately(row.GetProperty("li").GetDouble(), 1e-9);
        CertifiedRadius.FromBounds(pA, pB, 1).Should().BeApproximately(row.GetProperty("cohen").GetDouble(), 1e-9);
    }
}
