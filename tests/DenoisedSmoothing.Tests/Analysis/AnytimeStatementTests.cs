using DenoisedSmoothing.Analysis;
using DenoisedSmoothing.Statistics;
using DenoisedSmoothing.Testing;

namespace DenoisedSmoothing.Tests.Analysis;

public class AnytimeStatementTests
{
    /// <summary>
    /// No rule to stop does worse than one that stops as soon as the statement is false: the exact probability that it ever is among the
    /// first m images, each certificate false with probability alpha.
    /// </summary>
    [Theory]
    [InlineData(10_000, .001, .001)]
    [InlineData(10_000, .001, .05)]
    [InlineData(3_000, .05, .001)]
    [InlineData(2_000, .3, .01)]
    public void OfTheseImages_is_ever_false_with_at_most_rho(int images, double alpha, double rho)
    {
        long[] most = [.. Enumerable.Range(1, images).Select(m => AnytimeStatement.MostFalse(m, alpha, rho))];

        EverAbove(most, alpha).Should().BeLessThanOrEqualTo(rho);
        for (int m = 1; m <= images; m = 2 * m + 1)
        {
            AnytimeStatement.OfTheseImages(m, m, alpha, rho).Should().BeLessThanOrEqualTo((m - most[m - 1]) / (double)m);
            most[m - 1].Should().BeGreaterThanOrEqualTo(BinomialQuantile.Upper(m, alpha, rho), "what holds at every m holds at this one");
        }
    }

    [Theory]
    [InlineData(.5)]
    [InlineData(.05)]
    [InlineData(.001)]
    [InlineData(1e-9)]
    public void Evidence_rejects_at_one_over_rho_and_no_sooner(double rho) =>
        new AnytimeEvidence(.001, rho).Threshold.Should().BeInRange(Math.BitIncrement(Math.Log(1 / rho)), Math.Log(1 / rho) + 1e-10);

    [Fact]
    public void Fixed_number_of_images_does_not_hold_when_the_run_is_stopped_at_will()
    {
        // The check above has to catch this: the quantile for m images, looked at after every image.
        double everFalse = EverAbove([.. Enumerable.Range(1, 10_000).Select(m => BinomialQuantile.Upper(m, .001, .001))], .001);

        everFalse.Should().BeGreaterThan(8 * .001);
    }

    [Fact]
    public void OfTheseImages_costs_little_against_a_fixed_number()
    {
        // scipy 1.10: binom.ppf(.999, 10000, .001) = 21 and binom.ppf(.999, 500, .001) = 4.
        AnytimeStatement.MostFalse(10_000, .001, .001).Should().BeInRange(21, 27);
        AnytimeStatement.MostFalse(500, .001, .001).Should().BeInRange(4, 6);
    }

    /// <summary>The exact probability that the bound ever passes the true share, by recursion over the certified images so far.</summary>
    [Theory]
    [InlineData(.3)]
    [InlineData(.5)]
    [InlineData(.9)]
    public void OfThePopulation_is_ever_false_with_at_most_rho(double share)
    {
        const double alpha = .01, rho = .05;
        const int images = 1000;
        // Every image that is not truly robust is certified, falsely, with probability alpha: the hardest case.
        double certified = share + alpha * (1 - share);
        long[] most = new long[images];
        for (int m = 1, k = 0; m <= images; m++)
        {
            // From where the image before ended: the bound rises with k.
            while (k > 0 && AnytimeStatement.OfThePopulation(k, m, alpha, rho) > share)
                k--;
            while (k < m && AnytimeStatement.OfThePopulation(k + 1, m, alpha, rho) <= share)
                k++;
            most[m - 1] = k;
        }

        EverAbove(most, certified).Should().BeLessThanOrEqualTo(rho);
    }

    [Fact]
    public void Statements_refuse_arguments_outside_their_range()
    {
        FluentActions.Invoking(() => AnytimeStatement.OfTheseImages(2, 1, .1, .1)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => AnytimeStatement.OfTheseImages(1, 1, 0, .1)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => AnytimeStatement.OfThePopulation(1, 1, .1, 1)).Should().Throw<ArgumentOutOfRangeException>();
    }

    /// <summary>P(some m has more than most[m - 1] successes among m), success probability p, exact up to rounding.</summary>
    private static double EverAbove(long[] most, double p)
    {
        double[] states = new double[most.Max() + 2];
        states[0] = 1;
        double above = 0;
        foreach (long limit in most)
        {
            for (int k = states.Length - 1; k >= 0; k--)
                states[k] = states[k] * (1 - p) + (k > 0 ? states[k - 1] * p : 0);
            for (int k = (int)limit + 1; k < states.Length; k++)
            {
                above += states[k];
                states[k] = 0;
            }
        }

        return above;
    }
}
