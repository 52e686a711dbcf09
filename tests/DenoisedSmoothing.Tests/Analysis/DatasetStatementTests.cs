using DenoisedSmoothing.Analysis;
using DenoisedSmoothing.Statistics;
using DenoisedSmoothing.Testing;

namespace DenoisedSmoothing.Tests.Analysis;

public class DatasetStatementTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(40)]
    [InlineData(150)]
    public void Upper_is_the_smallest_q_in_exact_arithmetic(int m)
    {
        foreach (double alpha in new[] { 1e-6, .001, .05, .3, .9 })
        {
            foreach (double rho in new[] { .5, .05, .001, 1e-9 })
            {
                int q = (int)BinomialQuantile.Upper(m, alpha, rho);
                Exact level = Exact.Of(rho);

                q.Should().BeInRange(0, m);
                (q == m || Exact.AtLeast(q + 1, m, alpha).CompareTo(level) <= 0).Should()
                    .BeTrue("m={0} alpha={1} rho={2} q={3}", m, alpha, rho, q);
                (q == 0 || Exact.AtLeast(q, m, alpha).CompareTo(level) >= 0).Should()
                    .BeTrue("m={0} alpha={1} rho={2} q={3}", m, alpha, rho, q);
            }
        }
    }

    // The sums of binomial terms in 40 digits of mpmath; scipy 1.10: binom.ppf(1 - rho, m, alpha), and binom.sf at it and below it.
    [Theory]
    [InlineData(10_000, .001, .001, 21)]
    [InlineData(500, .001, .001, 4)]
    [InlineData(10_000, .001, .05, 15)]
    [InlineData(1, .5, .4, 1)]
    [InlineData(200, .01, 1e-6, 12)]
    [InlineData(0, .001, .001, 0)]
    public void Upper_is_the_outside_value(long images, double alpha, double rho, long wrong) => BinomialQuantile.Upper(images, alpha, rho)
        .Should().Be(wrong);

    /// <summary>
    /// Of m images some are truly robust and all of those are certified; every other is, falsely, with probability alpha.
    /// </summary>
    [Theory]
    [InlineData(30, .05, .01)]
    [InlineData(30, .3, .1)]
    [InlineData(100, .05, .05)]
    public void OfTheseImages_is_false_with_at_most_rho_exactly(int images, double alpha, double rho)
    {
        for (int robust = 0; robust <= images; robust++)
        {
            double wrong = 0;
            int others = images - robust;
            for (int falsely = 0; falsely <= others; falsely++)
            {
                if (DatasetStatement.OfTheseImages(robust + falsely, images, alpha, rho) > (double)robust / images)
                    wrong += Pmf(falsely, others, alpha);
            }

            wrong.Should().BeLessThanOrEqualTo(rho * (1 + 1e-9), "{0} robust", robust);
        }
    }

    /// <summary>
    /// The worst population of a given share: every robust image is certified, every other falsely with probability alpha.
    /// </summary>
    [Theory]
    [InlineData(50, .05, .01)]
    [InlineData(200, .001, .05)]
    [InlineData(100, .3, .1)]
    public void OfThePopulation_is_false_with_at_most_rho_exactly(int images, double alpha, double rho)
    {
        double largest = 0;
        for (double share = 0; share <= 1; share += .02)
        {
            double wrong = 0, certified = share + ((1 - share) * alpha);
            for (int k = 0; k <= images; k++)
                wrong += DatasetStatement.OfThePopulation(k, images, alpha, rho) > share ? Pmf(k, images, certified) : 0;
            largest = Math.Max(largest, wrong);
        }

        largest.Should().BeLessThanOrEqualTo(rho * (1 + 1e-9)).And.BeGreaterThan(rho / 4, "bounds should not be wasted");
    }

    [Fact]
    public void OfTheseImages_and_OfThePopulation_of_a_paper_row()
    {
        // 6116 of 10,000 at alpha = rho = 0.001: 21 may be false.
        DatasetStatement.OfTheseImages(6116, 10_000, .001, .001).Should().BeLessThan(.6095).And.BeApproximately(.6095, 1e-12);
        double share = ClopperPearson.Lower(6116, 10_000, .001);
        DatasetStatement.OfThePopulation(6116, 10_000, .001, .001).Should().BeApproximately((share - .001) / .999, 1e-14);
        DatasetStatement.OfTheseImages(3, 10_000, .001, .001).Should().Be(0);
        DatasetStatement.OfThePopulation(0, 10_000, .001, .001).Should().Be(0);
    }

    [Theory]
    [InlineData(-1, 5, .1, .1, "certified")]
    [InlineData(6, 5, .1, .1, "certified")]
    [InlineData(0, 0, .1, .1, "images")]
    [InlineData(1, 5, 0, .1, "alpha")]
    [InlineData(1, 5, 1, .1, "alpha")]
    public void Statements_out_of_range_say_which_argument(long certified, long images, double alpha, double rho, string name)
    {
        FluentActions.Invoking(() => DatasetStatement.OfTheseImages(certified, images, alpha, rho)).Should()
            .Throw<ArgumentOutOfRangeException>().WithParameterName(name);
        FluentActions.Invoking(() => DatasetStatement.OfThePopulation(certified, images, alpha, rho)).Should()
            .Throw<ArgumentOutOfRangeException>().WithParameterName(name);
    }

    [Theory]
    [InlineData(-1, .1, .1, "m")]
    [InlineData(5, 0, .1, "alpha")]
    [InlineData(5, double.NaN, .1, "alpha")]
    [InlineData(5, .1, 0, "rho")]
    [InlineData(5, .1, 1, "rho")]
    public void Upper_out_of_range_says_which_argument(long m, double alpha, double rho, string name) =>
        FluentActions.Invoking(() => BinomialQuantile.Upper(m, alpha, rho)).Should().Throw<ArgumentOutOfRangeException>()
            .WithParameterName(name);

    private static double Pmf(int k, int n, double p) => BinomialPmf.Log(k, n, p) is var log && p < 1
        ? Math.Exp(log.Value)
        : k == n
        ? 1
        : 0;
}
