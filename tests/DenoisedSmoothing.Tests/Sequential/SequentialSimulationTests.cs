using DenoisedSmoothing.Testing;
using MathNet.Numerics;

namespace DenoisedSmoothing.Tests.Sequential;

/// <summary>
/// Simulated votes, looked at after every one: how often evidence is ever wrong. Broken variants must be caught by the same check.
/// </summary>
public class SequentialSimulationTests
{
    private const int Runs = 100_000;

    private const double P0 = .8413;

    /// <summary>p0, p0 - .001, p0 - .1, .5 and .1.</summary>
    public static TheoryData<double> Probabilities => [P0, P0 - .001, P0 - .1, .5, .1];

    [Theory]
    [MemberData(nameof(Probabilities))]
    public void Evidence_is_ever_wrong_in_no_more_than_alpha_of_runs(double p) => BeSound(p, alpha: .05, budget: 500);

    [Theory]
    [Trait("Category", "Slow")]
    [MemberData(nameof(Probabilities))]
    public void Evidence_at_the_default_alpha_is_ever_wrong_in_no_more_than_alpha_of_runs(double p) =>
        BeSound(p, alpha: .001, budget: 20_000);

    [Theory]
    [InlineData(.5)]
    [InlineData(.1)]
    public void Mixture_over_all_alternatives_is_caught(double p)
    {
        const double alpha = .05;
        StoppingRegion region = StoppingRegion.TwoSided(500, P0, (k, n) =>
            n > 0 && -SpecialFunctions.BinomialLn(n, k) - Math.Log(n + 1) - (k * Math.Log(P0)) - ((n - k) * Math.Log(1 - P0)) >= Math.Log(
                1 / alpha));

        Coverage.IsPlausible(region.Simulate(2000, p, seed: 3), 2000, alpha).Should().BeFalse();
    }

    [Fact]
    public void Threshold_ten_times_too_low_is_caught()
    {
        const double alpha = .05;
        long wrong = Region(alpha, 10 * alpha, 1000).Simulate(5000, P0, seed: 4);

        Coverage.IsPlausible(wrong, 5000, alpha).Should().BeFalse("{0} of 5000 were wrong", wrong);
    }

    private static void BeSound(double p, double alpha, int budget)
    {
        long wrong = Region(alpha, alpha, budget).Simulate(Runs, p, seed: 2);

        Coverage.IsPlausible(wrong, Runs, alpha).Should().BeTrue("{0} of {1} were wrong", wrong, Runs);
        if (p == P0)
            wrong.Should().BeGreaterThan((long)(alpha / 4 * Runs), "the test should not be so wasteful that the check has no power");
    }

    private static StoppingRegion Region(double alpha, double level, int budget)
    {
        TestMartingale martingale = new(P0, alpha, budget, .4);
        double threshold = RadiusLadder.ThresholdOf(level);
        return StoppingRegion.Upper(budget, (k, n) => n > 0 && martingale.LogLower(k, n) >= threshold);
    }
}
