namespace DenoisedSmoothing.Tests.Certification;

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
}
