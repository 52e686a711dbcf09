using DenoisedSmoothing.Noise;
using DenoisedSmoothing.Statistics;
using DenoisedSmoothing.Votes;

namespace DenoisedSmoothing.Tests.Noise;

public class GridGaussianRuleTests
{
    /// <summary>The formula of the remarks by mpmath at 40 digits, at the doubles given here.</summary>
    [Theory]
    [InlineData(.5, 784, .99, 1.1631605570389403872)]
    [InlineData(.25, 3072, .9999, .92973737436396005322)]
    [InlineData(.12, 150_528, .999931, .45726640803167235119)]
    public void Radius_one_sided_is_the_exact_one_rounded_down(double sigma, long dimension, double pA, double exact)
    {
        double radius = new GridGaussianRule(sigma, dimension).Radius(pA, 1 - pA);
        radius.Should().BeLessThanOrEqualTo(exact).And.BeApproximately(exact, 1e-12);
        radius.Should().BeLessThan(new GaussianRule(sigma).Radius(pA, 1 - pA));
    }

    /// <summary>mpmath at the best split, which the library's need not be.</summary>
    [Theory]
    [InlineData(.5, 784, .4, .25, .1052723062895000076)]
    [InlineData(.25, 150_528, .9, .05, .36570744625396497543)]
    [InlineData(1, 3072, .999, .0001, 3.4045636353159406563)]
    public void Radius_two_sided_is_at_most_the_exact_one(double sigma, long dimension, double pA, double pB, double exact) =>
        new GridGaussianRule(sigma, dimension).Radius(pA, pB).Should().BeLessThanOrEqualTo(exact).And.BeApproximately(exact, 1e-9);

    [Theory]
    [InlineData(.5, 784, .50001)] // mpmath: -8.2e-7, the grid takes more than the votes give
    [InlineData(1, 150_528, .5000004)]
    [InlineData(1, 784, .5)]
    [InlineData(1, 784, .2)]
    [InlineData(1, 784, 0)]
    public void Radius_is_never_below_zero(double sigma, long dimension, double pA)
    {
        GridGaussianRule rule = new(sigma, dimension);
        rule.Radius(pA, 1 - pA).Should().Be(0);
        rule.Radius(pA, 1).Should().Be(0);
    }

    [Fact]
    public void Radius_two_sided_is_that_of_Cohen_less_what_the_grid_costs_at_random_bounds()
    {
        Random random = new(3);
        for (int i = 0; i < 2000; i++)
        {
            double pA = random.NextDouble(), pB = random.NextDouble() * Math.Min(pA, 1 - pA);
            if (pB <= 0)
                continue;
            GridGaussianRule rule = new(.5, 3072);
            double plain = CertifiedRadius.FromBounds(pA, pB, .5), radius = rule.Radius(pA, pB);
            radius.Should().BeLessThanOrEqualTo(plain);
            if (pB > 1e-4 && pA < 1 - 1e-4)
                radius.Should().BeGreaterThan(plain - rule.GridDistance - 1e-5);
        }
    }

    [Theory]
    [InlineData(.1)]
    [InlineData(.75)]
    [InlineData(1.5)]
    public void ProbabilityFor_is_the_smallest_double_with_the_radius(double radius)
    {
        GridGaussianRule rule = new(.5, 784);
        double p = rule.ProbabilityFor(radius);
        rule.Radius(p, 1 - p).Should().BeGreaterThanOrEqualTo(radius);
        double below = Math.BitDecrement(p);
        rule.Radius(below, 1 - below).Should().BeLessThan(radius);
        p.Should().BeGreaterThan(new GaussianRule(.5).ProbabilityFor(radius));
    }

    [Fact]
    public void ProbabilityFor_beyond_reach_is_one()
    {
        new GridGaussianRule(.5, 784).ProbabilityFor(10).Should().Be(1);
        new GridGaussianRule(.5, 784).ProbabilityFor(0).Should().Be(Math.BitIncrement(.5));
    }

    [Fact]
    public void Sequential_target_radius_is_certified_in_full_on_the_grid()
    {
        // The rung is where the radius, after all that the grid takes, is what was asked for.
        SequentialCertifier certifier = new(new SequentialOptions { TargetRadii = [.5], Budget = 2000 });
        IVoteTest<Certificate> test = certifier.Certify(2, new GridGaussianRule(.25, 150_528));
        while (test.Next is { } want)
            test.Observe(new VoteCounts(want.Count, 0));
        test.Result.Radius.Should().BeGreaterThanOrEqualTo(.5);
        test.Result.Noise.Should().Be("grid-gaussian sigma=0.25 dimension=150528");
        test.Result.PALower.Should().Be(certifier.LowerBound(test.Result.N, test.Result.N, new GridGaussianRule(.25, 150_528)));
    }

    [Theory]
    [InlineData(.5, 0, "dimension")]
    [InlineData(.5, 1 << 24, "dimension")]
    [InlineData(0, 10, "sigma")]
    public void Parameters_out_of_range_throw(double sigma, long dimension, string name) =>
        FluentActions.Invoking(() => new GridGaussianRule(sigma, dimension)).Should().Throw<ArgumentOutOfRangeException>()
            .WithParameterName(name);

    [Theory]
    [InlineData(-.1, .5)]
    [InlineData(1, .5)]
    [InlineData(.5, 0)]
    [InlineData(.5, 1.1)]
    public void Radius_of_impossible_bounds_throws(double pA, double pB) =>
        FluentActions.Invoking(() => new GridGaussianRule(.5, 10).Radius(pA, pB)).Should().Throw<ArgumentOutOfRangeException>();
}
