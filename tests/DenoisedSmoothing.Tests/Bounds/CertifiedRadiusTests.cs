using DenoisedSmoothing.Statistics;
using DenoisedSmoothing.Testing;

namespace DenoisedSmoothing.Tests.Bounds;

public class CertifiedRadiusTests
{
    /// <summary>Values of the field, four decimals: what n = 100 ... 100,000 can reach at alpha = 0.001, over sigma.</summary>
    [Theory]
    [InlineData(100, 1.5005)]
    [InlineData(1_000, 2.4633)]
    [InlineData(10_000, 3.1986)]
    [InlineData(100_000, 3.8115)]
    public void Largest_is_the_known_limit_of_n(long n, double overSigma)
    {
        CertifiedRadius.Largest(n, .001, sigma: 1).Should().BeApproximately(overSigma, 5e-5);
        CertifiedRadius.Largest(n, .001, sigma: .25).Should().BeApproximately(.25 * overSigma, 2e-5);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(.3)]
    [InlineData(.5)]
    public void FromBound_of_no_majority_is_zero(double bound) => CertifiedRadius.FromBound(bound, .5).Should().Be(0);

    [Fact]
    public void FromBound_above_one_half_is_positive_and_below_the_true_radius()
    {
        CertifiedRadius.FromBound(Math.BitIncrement(.5), 1).Should().BePositive();
        const double trueRadius = .12 * .674489750196081743202227;
        CertifiedRadius.FromBound(.75, .12).Should().BeLessThan(trueRadius).And.BeApproximately(trueRadius, 1e-14);
    }

    [Theory]
    [InlineData(.001, 10)]
    [InlineData(.05, 5)]
    [InlineData(.25, 3)]
    [InlineData(.6, 1)]
    public void FewestVotes_is_the_first_n_that_can_certify(double alpha, long fewest)
    {
        CertifiedRadius.FewestVotes(alpha).Should().Be(fewest);
        CertifiedRadius.Largest(fewest, alpha, 1).Should().BePositive();
        if (fewest > 1)
            CertifiedRadius.Largest(fewest - 1, alpha, 1).Should().Be(0);
    }

    [Theory]
    [InlineData(-.1, 1, "paLower")]
    [InlineData(1, 1, "paLower")]
    [InlineData(double.NaN, 1, "paLower")]
    [InlineData(.7, 0, "sigma")]
    [InlineData(.7, double.PositiveInfinity, "sigma")]
    [InlineData(.7, double.NaN, "sigma")]
    public void FromBound_out_of_range_says_which_argument(double bound, double sigma, string name) =>
        FluentActions.Invoking(() => CertifiedRadius.FromBound(bound, sigma))
            .Should().Throw<ArgumentOutOfRangeException>().WithParameterName(name);

    [Theory]
    [InlineData(-.1, .5, 1, "paLower")]
    [InlineData(1, .5, 1, "paLower")]
    [InlineData(.7, 0, 1, "pbUpper")]
    [InlineData(.7, 1.1, 1, "pbUpper")]
    [InlineData(.7, double.NaN, 1, "pbUpper")]
    [InlineData(.7, .2, 0, "sigma")]
    public void FromBounds_out_of_range_says_which_argument(double pa, double pb, double sigma, string name) =>
        FluentActions.Invoking(() => CertifiedRadius.FromBounds(pa, pb, sigma)).Should().Throw<ArgumentOutOfRangeException>()
            .WithParameterName(name);

    [Fact]
    public void FromBounds_is_half_the_distance_of_the_quantiles_and_rounded_down()
    {
        // Quantiles of .75 and .4 in 24 digits (mpmath).
        const double z75 = .674489750196081743202227, z40 = -.253347103135799798798197;
        CertifiedRadius.FromBounds(.75, .4, .5).Should().BeLessThan(.25 * (z75 - z40)).And.BeApproximately(.25 * (z75 - z40), 1e-14);
        CertifiedRadius.FromBounds(.4, .25, 1).Should().BeLessThan(.5 * (z40 + z75)).And.BeApproximately(.5 * (z40 + z75), 1e-13);
        CertifiedRadius.FromBounds(.9, .1, .5).Should().BeLessThanOrEqualTo(CertifiedRadius.FromBound(.9, .5))
            .And.BeApproximately(CertifiedRadius.FromBound(.9, .5), 1e-12);
    }

    [Theory]
    [InlineData(.4, .4)]
    [InlineData(.4, .6)]
    [InlineData(0, 1)]
    public void FromBounds_of_no_lead_is_zero(double pa, double pb) => CertifiedRadius.FromBounds(pa, pb, 1).Should().Be(0);

    [Fact]
    public void Convert_l2_to_l_infinity_gives_the_field_s_figures()
    {
        CertifiedRadius.Convert(.5, Norm.L2, Norm.LInfinity, 3072).Should().BeApproximately(2.3 / 255, .01 / 255);
        CertifiedRadius.Convert(.5, Norm.L2, Norm.LInfinity, 150_528).Should().BeApproximately(.33 / 255, .005 / 255);
    }

    [Theory]
    [InlineData(Norm.L2, Norm.L1, 0)]
    [InlineData(Norm.L2, Norm.L2, 0)]
    [InlineData(Norm.L2, Norm.LInfinity, 1)]
    [InlineData(Norm.L1, Norm.L1, 0)]
    [InlineData(Norm.L1, Norm.L2, 1)]
    [InlineData(Norm.L1, Norm.LInfinity, 2)]
    [InlineData(Norm.LInfinity, Norm.L1, 0)]
    [InlineData(Norm.LInfinity, Norm.L2, 0)]
    public void Convert_divides_by_a_power_of_the_root_of_the_dimension_and_is_never_above(Norm from, Norm to, int power)
    {
        VoteDraws random = new(14);
        for (int i = 0; i < 2000; i++)
        {
            double radius = Math.Pow(10, (8 * random.Uniform()) - 6);
            long dimension = 1 + (long)(1e6 * random.Uniform());
            double inside = CertifiedRadius.Convert(radius, from, to, dimension);

            // inside^2 d^power <= radius^2, in exact arithmetic, and nearly equal.
            Exact square = Exact.Of(inside) * Exact.Of(inside), limit = Exact.Of(radius) * Exact.Of(radius);
            for (int factor = 0; factor < power; factor++)
                square *= new Exact(dimension, 1);
            square.CompareTo(limit).Should().BeLessThanOrEqualTo(0);
            inside.Should().BeApproximately(radius / Math.Pow(dimension, power / 2.0), 1e-15 * radius);
        }

        CertifiedRadius.Convert(0, from, to, 10).Should().Be(0);
    }

    [Theory]
    [InlineData(-1, 10, "radius")]
    [InlineData(double.NaN, 10, "radius")]
    [InlineData(1, 0, "dimension")]
    public void Convert_out_of_range_says_which_argument(double radius, long dimension, string name) =>
        FluentActions.Invoking(() => CertifiedRadius.Convert(radius, Norm.L2, Norm.LInfinity, dimension)).Should()
            .Throw<ArgumentOutOfRangeException>().WithParameterName(name);
}
