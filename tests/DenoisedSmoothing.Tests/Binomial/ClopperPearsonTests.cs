using System.Globalization;
using System.Text.Json;
using DenoisedSmoothing.Statistics;
using DenoisedSmoothing.Testing;

namespace DenoisedSmoothing.Tests.Binomial;

public class ClopperPearsonTests
{
    private const double Close = 1e-12;

    [Fact]
    public void Lower_golden_bounds_of_25_digits_is_close_and_never_above()
    {
        using JsonDocument golden = Golden.Json("statistics.json");
        foreach (JsonElement row in golden.RootElement.GetProperty("clopper_pearson_one_sided_lower").EnumerateArray())
        {
            (long k, long n, double alpha) = Arguments(row);

            BeBelowAndClose(ClopperPearson.Lower(k, n, alpha), row.GetProperty("lower").GetString()!, row.ToString());
        }
    }

    [Fact]
    public void Lower_and_Upper_golden_bounds_up_to_ten_million_trials_are_close_and_on_the_safe_side()
    {
        using JsonDocument golden = Golden.Json("statistics_extra.json");
        foreach (JsonElement row in golden.RootElement.GetProperty("clopper_pearson").EnumerateArray())
        {
            (long k, long n, double alpha) = Arguments(row);

            BeBelowAndClose(ClopperPearson.Lower(k, n, alpha), row.GetProperty("lower").GetString()!, row.ToString());
            BeAboveAndClose(ClopperPearson.Upper(k, n, alpha), row.GetProperty("upper").GetString()!, row.ToString());
        }
    }

    [Fact]
    public void Lower_and_Upper_field_table_agree_to_its_15_digits()
    {
        foreach (string[] row in Golden.Rows("field/cp.tsv"))
        {
            (long n, long k, double alpha) = ((long)Number(row[0]), (long)Number(row[1]), Number(row[2]));
            double lower = ClopperPearson.Lower(k, n, alpha);
            double radius = CertifiedRadius.FromBound(lower, sigma: 1);

            lower.Should().BeApproximately(Number(row[3]), 1e-13 + 1e-12 * Number(row[3]), "k={0} n={1} alpha={2}", k, n, alpha);
            ClopperPearson.Upper(k, n, alpha).Should().BeApproximately(Number(row[4]), 1e-13 + 1e-12 * Number(row[4]));
            radius.Should().BeApproximately(row[5] == "ABSTAIN" ? 0 : Number(row[5]), 1e-10);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(10)]
    [InlineData(23)]
    [InlineData(60)]
    public void Lower_and_Upper_every_count_holds_in_exact_arithmetic(int n)
    {
        foreach (double alpha in new[] { .999, .9, .5, .1, .05, .001, 1e-6, 1e-10, 1e-30 })
        {
            for (int k = 0; k <= n; k++)
                HoldInExactArithmetic(k, n, alpha);
        }
    }

    [Theory]
    [InlineData(151, 300, .001)]
    [InlineData(299, 300, 1e-10)]
    [InlineData(1, 300, .05)]
    [InlineData(270, 300, .001)]
    public void Lower_and_Upper_of_large_counts_hold_in_exact_arithmetic(int k, int n, double alpha) => HoldInExactArithmetic(k, n, alpha);

    [Fact]
    public void Lower_and_Upper_grow_with_successes_and_narrow_with_alpha()
    {
        foreach (long n in new long[] { 50, 3000, 10_000_000 })
        {
            (double lower, double upper) = (-1, -1);
            for (int step = 0; step <= 50; step++)
            {
                long k = n * step / 50;
                ClopperPearson.Lower(k, n, .001).Should().BeGreaterThan(lower);
                ClopperPearson.Upper(k, n, .001).Should().BeGreaterThan(upper);
                (lower, upper) = (ClopperPearson.Lower(k, n, .001), ClopperPearson.Upper(k, n, .001));
                lower.Should().BeLessThan(upper);
                ClopperPearson.Lower(k, n, 1e-9).Should().BeLessThanOrEqualTo(lower);
                ClopperPearson.Upper(k, n, 1e-9).Should().BeGreaterThanOrEqualTo(upper);
            }
        }
    }

    [Fact]
    public void Lower_falls_with_further_failures()
    {
        double bound = 1;
        for (long n = 100; n < 400; n++)
        {
            double next = ClopperPearson.Lower(100, n, .001);
            next.Should().BeLessThan(bound);
            bound = next;
        }
    }

    [Fact]
    public void Upper_mirrors_Lower()
    {
        for (long k = 0; k <= 137; k++)
            ClopperPearson.Upper(k, 137, .01).Should().BeApproximately(1 - ClopperPearson.Lower(137 - k, 137, .01), 1e-13);
    }

    [Fact]
    public void Lower_and_Upper_of_no_and_all_successes_are_the_closed_forms()
    {
        ClopperPearson.Lower(0, 9, .001).Should().Be(0);
        ClopperPearson.Upper(9, 9, .001).Should().Be(1);
        ClopperPearson.Lower(9, 9, .001).Should().BeApproximately(Math.Pow(.001, 1 / 9.0), 1e-14).And.BeLessThan(Math.Pow(.001, 1 / 9.0));
        ClopperPearson.Upper(0, 9, .001).Should().BeApproximately(1 - Math.Pow(.001, 1 / 9.0), 1e-14);
    }

    [Fact]
    public void Lower_and_Upper_at_the_ends_of_their_range_stay_finite_and_ordered()
    {
        long n = ClopperPearson.MaxTrials;
        ClopperPearson.Lower(1, n, ClopperPearson.MinAlpha).Should().BeApproximately(1e-100 / n, 1e-125);
        ClopperPearson.Upper(n - 1, n, ClopperPearson.MinAlpha).Should().Be(1);
        ClopperPearson.Lower(n / 2, n, .001).Should().BeInRange(.5 - 1e-7, .5);
        ClopperPearson.Upper(n / 2, n, .001).Should().BeInRange(.5, .5 + 1e-7);
    }

    [Theory]
    [InlineData(1, 0, .1, "trials")]
    [InlineData(1, (1L << 53) + 1, .1, "trials")]
    [InlineData(-1, 5, .1, "successes")]
    [InlineData(6, 5, .1, "successes")]
    [InlineData(1, 5, 0, "alpha")]
    [InlineData(1, 5, 1, "alpha")]
    [InlineData(1, 5, 1e-101, "alpha")]
    [InlineData(1, 5, double.NaN, "alpha")]
    public void Lower_and_Upper_out_of_range_say_which_argument(long k, long n, double alpha, string name)
    {
        FluentActions.Invoking(() => ClopperPearson.Lower(k, n, alpha))
            .Should().Throw<ArgumentOutOfRangeException>().WithParameterName(name);
        FluentActions.Invoking(() => ClopperPearson.Upper(k, n, alpha))
            .Should().Throw<ArgumentOutOfRangeException>().WithParameterName(name);
    }

    /// <summary>The tail at the bound is at most alpha; a relative 1e-12 further it is more.</summary>
    private static void HoldInExactArithmetic(int k, int n, double alpha)
    {
        Exact level = Exact.Of(alpha);
        double lower = ClopperPearson.Lower(k, n, alpha), upper = ClopperPearson.Upper(k, n, alpha);
        if (k > 0)
        {
            Exact.AtLeast(k, n, lower).CompareTo(level).Should().BeLessThanOrEqualTo(0, "lower k={0} n={1} alpha={2}", k, n, alpha);
            Exact.AtLeast(k, n, lower * (1 + Close)).CompareTo(level).Should().BeGreaterThan(0, "lower k={0} n={1} alpha={2}", k, n, alpha);
        }

        if (k < n)
        {
            Exact.AtMost(k, n, upper).CompareTo(level).Should().BeLessThanOrEqualTo(0, "upper k={0} n={1} alpha={2}", k, n, alpha);
            Exact.AtMost(k, n, upper * (1 - Close)).CompareTo(level).Should().BeGreaterThan(0, "upper k={0} n={1} alpha={2}", k, n, alpha);
        }
    }

    private static void BeBelowAndClose(double ours, string digits, string because) =>
        Exact.Parse(digits).RelativeGapOf(ours).Should().BeInRange(-Close, 0, "{0}", because);

    private static void BeAboveAndClose(double ours, string digits, string because) =>
        Exact.Parse(digits).RelativeGapOf(ours).Should().BeInRange(0, Close, "{0}", because);

    private static (long K, long N, double Alpha) Arguments(JsonElement row) =>
        (row.GetProperty("k").GetInt64(), row.GetProperty("n").GetInt64(), row.GetProperty("alpha").GetDouble());

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
