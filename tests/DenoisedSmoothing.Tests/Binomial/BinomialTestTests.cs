using System.Text.Json;
using DenoisedSmoothing.Statistics;
using DenoisedSmoothing.Testing;

namespace DenoisedSmoothing.Tests.Binomial;

public class BinomialTestTests
{
    [Fact]
    public void TwoSided_at_one_half_agrees_with_scipy()
    {
        using JsonDocument golden = Golden.Json("statistics.json");
        foreach (JsonElement row in golden.RootElement.GetProperty("binomial_test_two_sided_half").EnumerateArray())
        {
            (long a, long b) = (row.GetProperty("n_a").GetInt64(), row.GetProperty("n_b").GetInt64());
            double expected = row.GetProperty("p_value").GetDouble();

            BinomialTest.TwoSided(a, a + b).Should().BeApproximately(expected, 1e-11 * expected, "{0} against {1}", a, b);
            BinomialTest.TwoSided(b, a + b).Should().Be(BinomialTest.TwoSided(a, a + b));
        }
    }

    [Fact]
    public void TwoSided_golden_values_up_to_ten_million_trials_is_close_and_never_below()
    {
        using JsonDocument golden = Golden.Json("statistics_extra.json");
        foreach (JsonElement row in golden.RootElement.GetProperty("binomial_test_two_sided").EnumerateArray())
        {
            (long k, long n) = (row.GetProperty("k").GetInt64(), row.GetProperty("n").GetInt64());
            double p = row.GetProperty("p").GetDouble();

            Exact.Parse(row.GetProperty("p_value").GetString()!).RelativeGapOf(BinomialTest.TwoSided(k, n, p))
                .Should().BeInRange(0, 1e-12, "k={0} n={1} p={2}", k, n, p);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(9)]
    [InlineData(40)]
    public void TwoSided_every_count_is_the_exact_sum_of_outcomes_no_likelier(int n)
    {
        foreach (double p in new[] { .5, .25, .1, .731, 1e-3 })
        {
            double[] pmf = [.. Enumerable.Range(0, n + 1).Select(k => Probability(k, n, p))];
            for (int k = 0; k <= n; k++)
            {
                double expected = Math.Min(1, pmf.Where(other => other <= pmf[k] * (1 + 1e-7)).Sum());

                BinomialTest.TwoSided(k, n, p).Should().BeApproximately(expected, 1e-12 * expected, "k={0} n={1} p={2}", k, n, p);
            }
        }
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(5, 10)]
    [InlineData(5_000_000, 10_000_000)]
    [InlineData(5, 11)]
    [InlineData(6, 11)]
    public void TwoSided_of_a_tie_or_the_nearest_to_one_is_one(long k, long n) => BinomialTest.TwoSided(k, n).Should().Be(1);

    [Fact]
    public void TwoSided_too_small_for_a_double_stays_above_zero() =>
        BinomialTest.TwoSided(10_000, 10_000).Should().BeInRange(double.Epsilon, 1e-320);

    [Theory]
    [InlineData(0, -1, .5, "trials")]
    [InlineData(0, (1L << 53) + 1, .5, "trials")]
    [InlineData(-1, 5, .5, "successes")]
    [InlineData(6, 5, .5, "successes")]
    [InlineData(1, 5, 0, "p")]
    [InlineData(1, 5, 1, "p")]
    [InlineData(1, 5, double.NaN, "p")]
    public void TwoSided_out_of_range_says_which_argument(long k, long n, double p, string name) =>
        FluentActions.Invoking(() => BinomialTest.TwoSided(k, n, p)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName(name);

    private static double Probability(int k, int n, double p)
    {
        double value = 1;
        for (int i = 0; i < k; i++)
            value *= (double)(n - i) / (i + 1) * p;
        return value * Math.Pow(1 - p, n - k);
    }
}
