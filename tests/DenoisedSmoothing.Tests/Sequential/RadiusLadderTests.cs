using DenoisedSmoothing.Noise;
using DenoisedSmoothing.Statistics;
using DenoisedSmoothing.Testing;
using DenoisedSmoothing.Tests.SecondOpinion;

namespace DenoisedSmoothing.Tests.Sequential;

public class RadiusLadderTests
{
    [Fact]
    public void ThresholdOf_is_never_below_the_logarithm_of_one_over_alpha()
    {
        RandomCase random = new(8);
        for (int i = 0; i < 2000; i++)
        {
            double alpha = random.LogUniform(1e-100, .999);
            (FixedPoint.Exp(RadiusLadder.ThresholdOf(alpha)) * Enclosure.Of(alpha)).Low.RelativeGap(Wide.One).Should()
                .BeInRange(0, 1e-12, "alpha = {0}", alpha);
        }
    }

    [Theory]
    [InlineData(.1)]
    [InlineData(.25)]
    [InlineData(1)]
    public void BoundFor_is_the_first_double_whose_radius_is_large_enough(double sigma)
    {
        RandomCase random = new(9);
        for (int i = 0; i < 500; i++)
        {
            double radius = random.LogUniform(1e-6, 5) * sigma, bound = RadiusLadder.BoundFor(radius, new GaussianRule(sigma));

            CertifiedRadius.FromBound(bound, sigma).Should().BeGreaterThanOrEqualTo(radius);
            CertifiedRadius.FromBound(Math.BitDecrement(bound), sigma).Should().BeLessThan(radius);
        }
    }

    /// <summary>
    /// The open mode's bound lies inside a rung: there the evidence of that rung's own alternatives has reached the threshold.
    /// </summary>
    [Fact]
    public void Bound_inside_a_rung_is_the_rejecting_end_of_the_bisection()
    {
        const int budget = 2000;
        const double alpha = .01;
        RadiusLadder ladder = new(new SequentialOptions { Alpha = alpha, Budget = budget }, new GaussianRule(1));
        double threshold = RadiusLadder.ThresholdOf(alpha);
        TestMartingale[] rungs = [.. Enumerable.Range(0, (int)(CertifiedRadius.Largest(budget, alpha, 1) / .01) + 1)
            .Select(i => new TestMartingale(RadiusLadder.BoundFor(i * .01, new GaussianRule(1)), alpha, budget, tailShare: 0))];
        RandomCase random = new(10);
        int inside = 0;
        for (int i = 0; i < 300; i++)
        {
            int n = (int)random.LogUniform(20, budget), k = n - random.UpTo(n / 3);
            double bound = ladder.Bound(k, n);
            TestMartingale? rung = Array.Find(rungs, other => other.P0 >= bound);
            if (bound <= .5 || rung is null || bound == rung.P0)
                continue;
            inside++;
            rung.LogLower(k, n, bound).Should().BeGreaterThanOrEqualTo(threshold, "k={0} n={1}", k, n);
            rung.LogLower(k, n, bound + 1e-13).Should().BeLessThan(threshold + 1e-9);
        }

        inside.Should().BeGreaterThan(150);
    }
}
