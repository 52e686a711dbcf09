using DenoisedSmoothing.Statistics;
using DenoisedSmoothing.Testing;

namespace DenoisedSmoothing.Tests.Binomial;

public class BinomialTailTests
{
    /// <summary>
    /// Relative, for probabilities down to 1e-308: the logarithm of such a one is 700 and carries an error in proportion.
    /// </summary>
    private const double Close = 3e-12;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(17)]
    [InlineData(50)]
    public void AtLeast_and_AtMost_every_count_enclose_the_exact_sum(int n)
    {
        foreach (double p in new[] { 1e-9, .01, .3, .5, .77, .999, 1 - 1e-12 })
        {
            for (int k = 0; k <= n; k++)
            {
                Enclose(BinomialTail.AtLeast(k, n, p), Exact.AtLeast(k, n, p), $"P(X >= {k}) n={n} p={p}");
                Enclose(BinomialTail.AtMost(k, n, p), Exact.AtMost(k, n, p), $"P(X <= {k}) n={n} p={p}");
            }
        }
    }

    [Fact]
    public void AtLeast_and_AtMost_outside_the_counts_are_certain_or_impossible()
    {
        BinomialTail.AtLeast(0, 5, .3).Should().Be(LogProbability.One);
        BinomialTail.AtLeast(6, 5, .3).UpperProbability.Should().Be(0);
        BinomialTail.AtMost(5, 5, .3).Should().Be(LogProbability.One);
        BinomialTail.AtMost(-1, 5, .3).UpperProbability.Should().Be(0);
    }

    [Theory]
    [InlineData(60, 100, .5)]
    [InlineData(40, 100, .5)]
    [InlineData(1, 1000, 1e-5)]
    public void AtLeast_slope_is_the_derivative_by_log_p(long k, long n, double p)
    {
        const double step = 1e-5;
        double above = BinomialTail.AtLeast(k, n, p * Math.Exp(step)).Value, below = BinomialTail.AtLeast(k, n, p * Math.Exp(-step)).Value;
        double slope = (above - below) / (2 * step);

        BinomialTail.AtLeast(k, n, p).Slope.Should().BeApproximately(slope, 1e-6 * slope);
    }

    private static void Enclose(LogProbability ours, Exact exact, string what)
    {
        bool subnormal = ours.Value < -690; // Doubles have few digits there: the upper end stays above, that is all.
        exact.RelativeGapOf(ours.UpperProbability).Should().BeInRange(0, subnormal ? double.PositiveInfinity : Close, what);
        if (subnormal)
            return;
        exact.RelativeGapOf(Math.Exp(ours.Lower) * (1 - 1e-15 * (8 + Math.Abs(ours.Value)))).Should().BeInRange(-Close, 0, what);
    }
}
