using DenoisedSmoothing.Noise;
using DenoisedSmoothing.Planning;
using MathNet.Numerics;

namespace DenoisedSmoothing.Tests.Sequential;

/// <summary>
/// The probability that sequential evidence is ever wrong, exact, by recursion over the lattice of votes and successes with a look after
/// every vote. The last tests put broken variants through the same recursion: it must reject them.
/// </summary>
public class SequentialValidityTests
{
    /// <summary>For the recursion's own rounding.</summary>
    private const double Slack = 1 + 1e-9;

    [Theory]
    [InlineData(.5, .05, 2000, 0)]
    [InlineData(.5, .001, 3000, 0)]
    [InlineData(.5, .001, 2000, .4)]
    [InlineData(.6, .05, 2000, .4)]
    [InlineData(.6915, .001, 3000, .4)]
    [InlineData(.8413, .05, 2000, .4)]
    [InlineData(.8413, .001, 3000, .4)]
    [InlineData(.8413, .001, 3000, 0)]
    [InlineData(.9772, .01, 3000, .4)]
    [InlineData(.9772, .001, 3000, .4)]
    [InlineData(.99865, .05, 4000, .4)]
    [InlineData(.9, 1e-6, 3000, .4)]
    public void Rejects_at_any_time_happens_with_at_most_alpha_for_every_p_up_to_p0(double p0, double alpha, int budget, double tailShare)
    {
        StoppingRegion region = Region(new TestMartingale(p0, alpha, budget, tailShare), alpha, budget);

        double atP0 = region.Probability(p0);
        atP0.Should().BeLessThanOrEqualTo(alpha * Slack).And.BeGreaterThan(alpha / 4, "evidence should not be wasted");
        foreach (double p in new[] { p0 - 1e-6, p0 - .001, p0 - .01, p0 - .1, .5, .3, .1, .001 }.Where(p => p < p0))
            region.Probability(p).Should().BeLessThanOrEqualTo(atP0 * Slack, "at p = {0}", p);
    }

    [Theory]
    [InlineData(.8413, .05, 150, .4)]
    [InlineData(.5, .05, 150, 0)]
    [InlineData(.9772, .001, 400, .4)]
    public void Rejects_grows_with_successes_at_every_number_of_votes(double p0, double alpha, int budget, double tailShare)
    {
        TestMartingale martingale = new(p0, alpha, budget, tailShare);
        double threshold = RadiusLadder.ThresholdOf(alpha);
        StoppingRegion region = Region(martingale, alpha, budget);
        for (int n = 1; n <= budget; n++)
        {
            for (int k = 0; k <= n; k++)
            {
                martingale.Rejects(k, n, threshold).Should().Be(k >= region.High[n], "k={0} n={1}", k, n);
                (martingale.LogLower(k, n) >= threshold).Should().Be(k >= region.High[n], "k={0} n={1}", k, n);
            }
        }
    }

    [Theory]
    [InlineData(.05, 500, new[] { .25, .5, 1 })]
    [InlineData(.001, 500, new[] { 0, .1, .2, .3, .4, .5 })]
    [InlineData(.05, 400, new double[0])]
    [InlineData(.001, 400, new double[0])]
    public void LowerBound_of_several_radii_is_ever_above_p_with_at_most_alpha(double alpha, int budget, double[] radii)
    {
        SequentialCertifier certifier = new(new SequentialOptions { Alpha = alpha, Budget = budget, TargetRadii = radii });
        double[] thresholds = [.. radii.Select(radius => SamplePlan.NeededProbability(radius, new GaussianRule(1)) - 1e-12)];
        double largest = 0;
        foreach (double p in (double[])[.3, .5 + 1e-12, .65, .9, .. thresholds])
        {
            StoppingRegion wrong = StoppingRegion.Upper(budget, (k, n) => n > 0 && certifier.LowerBound(k, n, sigma: 1) > p);
            largest = Math.Max(largest, wrong.Probability(p));
        }

        largest.Should().BeLessThanOrEqualTo(alpha * Slack).And.BeGreaterThan(alpha / 4, "evidence should not be wasted");
    }

    [Fact]
    public void Mixture_over_all_alternatives_is_caught()
    {
        // P(these votes | p uniform) / P(these votes | p0): sound at p0, and at once wrong far below.
        const double p0 = .84, alpha = .001;
        StoppingRegion region = StoppingRegion.TwoSided(500, p0, (k, n) =>
            n > 0 && -SpecialFunctions.BinomialLn(n, k) - Math.Log(n + 1) - (k * Math.Log(p0)) - ((n - k) * Math.Log(1 - p0)) >= Math.Log(
                1 / alpha));

        region.Probability(p0).Should().BeLessThanOrEqualTo(alpha);
        region.Probability(.3).Should().BeGreaterThan(.99);
    }

    [Theory]
    [InlineData(.8413, .05, 2000, .4)]
    [InlineData(.8413, .001, 3000, .4)]
    [InlineData(.5, .001, 3000, 0)]
    public void Threshold_ten_times_too_low_is_caught(double p0, double alpha, int budget, double tailShare) =>
        Region(new TestMartingale(p0, alpha, budget, tailShare), 10 * alpha, budget).Probability(p0).Should().BeGreaterThan(1.5 * alpha);

    [Fact]
    public void Reused_selection_votes_are_caught()
    {
        // Two equal classes; the first votes pick the label and count for it too.
        const double alpha = .05;
        const int selection = 5, budget = 200;
        StoppingRegion region = Region(new TestMartingale(.5, alpha, budget, tailShare: 0), alpha, budget);
        double[] first = new double[selection + 1];
        for (int k = 0; k <= selection; k++)
            first[Math.Max(k, selection - k)] += Math.Exp(SpecialFunctions.BinomialLn(selection, k) - (selection * Math.Log(2)));

        region.Probability(.5).Should().BeLessThanOrEqualTo(alpha);
        region.Probability(.5, selection, first).Should().BeGreaterThan(1.4 * alpha);
    }

    private static StoppingRegion Region(TestMartingale martingale, double alpha, int horizon)
    {
        double threshold = RadiusLadder.ThresholdOf(alpha);
        return StoppingRegion.Upper(horizon, (k, n) => n > 0 && martingale.LogLower(k, n) >= threshold);
    }
}
