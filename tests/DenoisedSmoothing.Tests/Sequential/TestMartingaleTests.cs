using System.Numerics;
using System.Text.Json;
using DenoisedSmoothing.Statistics;
using DenoisedSmoothing.Testing;
using DenoisedSmoothing.Tests.SecondOpinion;

namespace DenoisedSmoothing.Tests.Sequential;

public class TestMartingaleTests
{
    [Fact]
    public void LogLower_golden_evidence_of_25_digits_is_close()
    {
        // tests/Goldens/statistics_sequential.py: the definitions, in 50 digits of mpmath.
        using JsonDocument golden = Golden.Json("statistics_sequential.json");
        foreach (JsonElement row in golden.RootElement.GetProperty("evidence").EnumerateArray())
        {
            TestMartingale martingale = new(Number(row, "p0"), Number(row, "alpha"), row.GetProperty("budget")
                .GetInt64(), Number(row, "share"));
            double expected = (double)decimal.Parse(row.GetProperty("log").GetString()!, System.Globalization.NumberStyles.Float,
                System.Globalization.CultureInfo.InvariantCulture);

            martingale.Alternatives.Should().HaveCount(row.GetProperty("alternatives").GetInt32());
            martingale.Needed.Should().Be(row.GetProperty("needed").GetInt64());
            martingale.LogLower(row.GetProperty("k").GetInt64(), row.GetProperty("n").GetInt64())
                .Should().BeApproximately(expected, 1e-9 * Math.Max(1, Math.Abs(expected)), "{0}", row);
        }
    }

    [Theory]
    [InlineData(.5, .05, 60, 0)]
    [InlineData(.5000001, .001, 60, .4)]
    [InlineData(.84, .05, 60, .4)]
    [InlineData(.97, .001, 200, .4)]
    public void LogLower_every_count_is_close_to_exact_arithmetic_and_never_above(double p0, double alpha, int budget, double tailShare)
    {
        TestMartingale martingale = new(p0, alpha, budget, tailShare);
        foreach (double null0 in new[] { p0, Math.Max(.5, p0 - .01), .5 })
        {
            for (int n = 1; n <= Math.Min(budget, 60); n += n < 20 ? 1 : 20)
            {
                for (int k = n / 2; k <= n; k++)
                {
                    double log = null0 == p0 ? martingale.LogLower(k, n) : martingale.LogLower(k, n, null0);
                    if (k > null0 * n)
                        Evidence(martingale, null0, budget, tailShare, k, n).RelativeGapOf(Math.Exp(log)).Should()
                            .BeInRange(-1e-12, 0, "k={0} n={1}", k, n);
                    else
                        log.Should().Be(double.NegativeInfinity, "nothing is claimed at or below the observed share");
                }
            }
        }
    }

    /// <summary>The short way to a yes must not be a way to more of them.</summary>
    [Theory]
    [InlineData(.5, .001, 9)]
    [InlineData(.5, .05, 2000)]
    [InlineData(.8413, .001, 20_000)]
    [InlineData(.9772, 1e-10, 100_000)]
    public void Rejects_exactly_where_the_evidence_reaches_the_threshold(double p0, double alpha, int budget)
    {
        TestMartingale martingale = new(p0, alpha, budget, tailShare: 0);
        for (int n = 1; n <= budget; n += 1 + (n / 50))
        {
            foreach (int k in new[] { n, n - 1, n - (n / 20), (n + (int)(n * p0)) / 2 }.Where(k => k > p0 * n && k > 0))
            {
                double evidence = martingale.LogLower(k, n);
                if (double.IsNegativeInfinity(evidence))
                    continue;
                foreach (double relative in new[] { 0, 1e-9, 5e-7, 2e-6 })
                {
                    double margin = relative * Math.Max(1, Math.Abs(evidence));
                    martingale.Rejects(k, n, evidence - margin).Should().BeTrue("k={0} n={1}", k, n);
                    martingale.Rejects(k, n, Math.BitIncrement(evidence + margin)).Should().BeFalse("k={0} n={1}", k, n);
                }
            }
        }
    }

    /// <summary>
    /// Early in a long run the bet on the votes at the budget is most of the evidence, and its probability is the least accurate part of
    /// it.
    /// </summary>
    [Fact]
    public void LogLower_mostly_of_the_tail_is_close_and_never_above_the_exact_evidence()
    {
        const int budget = 1_000_000;
        foreach ((double p0, double alpha) in new[] { (.6, 1e-60), (.8413, 1e-80), (.9772, 1e-95) })
        {
            TestMartingale martingale = new(p0, alpha, budget, tailShare: .4);
            for (int n = 1; n < 40_000; n += 1 + n / 3)
            {
                int k = Math.Min(n, (int)(n * p0) + 1);
                double log = martingale.LogLower(k, n);
                Enclosure evidence = EvidenceReference.Of(martingale, p0, budget, .4, k, n);
                evidence.SurelyAbove(Math.Exp(log) * (1 + 4e-16)).Should().BeInRange(0, 1e-9, "p0={0} k={1} n={2}", p0, k, n);
            }
        }
    }

    [Fact]
    public void Alternatives_all_lie_above_p0()
    {
        foreach (double p0 in new[] { .5, Math.BitIncrement(.5), .7, .99, 1 - 1e-9, Math.BitDecrement(1.0) })
        {
            TestMartingale martingale = new(p0, .001, 1_000_000_000, 0);

            martingale.Alternatives.Should().OnlyContain(q => q > p0 && q <= 1).And.OnlyHaveUniqueItems().And.StartWith(1);
            double.IsNaN(martingale.LogLower(1_000_000_000, 1_000_000_000)).Should().BeFalse();
        }
    }

    [Fact]
    public void LogLower_falls_in_p0_up_to_the_observed_share()
    {
        TestMartingale martingale = new(.9, .001, 1000, .4);
        double before = double.PositiveInfinity;
        for (double p0 = .5; p0 < .9; p0 += .01)
        {
            double evidence = martingale.LogLower(930, 1000, p0);
            evidence.Should().BeLessThanOrEqualTo(before + 1e-12);
            before = evidence;
        }
    }

    [Fact]
    public void Rejects_at_the_budget_what_Clopper_Pearson_rejects_at_the_tails_share()
    {
        TestMartingale martingale = new(.9, .001, 10_000, .4);
        long needed = 9000;
        while (ClopperPearson.Lower(needed, 10_000, .4 * .001) < .9)
            needed++;

        martingale.Needed.Should().Be(needed);
        martingale.Rejects(needed, 10_000, RadiusLadder.ThresholdOf(.001)).Should().BeTrue();
    }

    private static Exact Evidence(TestMartingale martingale, double p0, int budget, double tailShare, int k, int n)
    {
        bool tail = tailShare > 0 && martingale.Needed <= budget;
        Exact sum = new(0, 1), hit = Exact.Of(p0), miss = 1 - hit;
        foreach (double q in martingale.Alternatives)
            sum += (Exact.Of(q) / hit).Power(k) * ((1 - Exact.Of(q)) / miss).Power(n - k);
        sum *= (tail ? 1 - Exact.Of(tailShare) : new Exact(1, 1)) / new Exact(new BigInteger(martingale.Alternatives.Count), 1);
        if (!tail)
            return sum;

        int needed = (int)martingale.Needed;
        Exact conditional = needed <= k
            ? new Exact(1, 1)
            : needed - k > budget - n
            ? new Exact(0, 1)
            : Exact.AtLeast(needed - k, budget - n, martingale.P0);
        return sum + (Exact.Of(tailShare) * conditional / Exact.AtLeast(needed, budget, martingale.P0));
    }

    private static double Number(JsonElement row, string name) => row.GetProperty(name).GetDouble();
}
