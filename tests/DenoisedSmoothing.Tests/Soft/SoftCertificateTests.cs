using System.Text.Json;
using DenoisedSmoothing.Noise;
using DenoisedSmoothing.Soft;
using DenoisedSmoothing.Statistics;
using DenoisedSmoothing.Testing;

namespace DenoisedSmoothing.Tests.Soft;

/// <summary>
/// Against tests/Goldens/empirical_bernstein.json: RuntianZ/macer@1b6837fd, rs/core.py, and columbia/pixeldp@68ad360f, robustness.py.
/// </summary>
public class SoftCertificateTests
{
    [Fact]
    public void Bounds_are_the_references()
    {
        foreach (JsonElement row in Golden.Json("empirical_bernstein.json").RootElement.GetProperty("grid").EnumerateArray())
        {
            long n = row.GetProperty("n").GetInt64();
            double lower = EmpiricalBernstein.Lower(Math.Min(1, row.GetProperty("score_sum").GetDouble() / n),
                row.GetProperty("sample_variance").GetDouble(), n, row.GetProperty("alpha").GetDouble());
            lower.Should().BeApproximately(row.GetProperty("lower").GetDouble(), 1e-9);
            if (lower > .5)
            {
                new GaussianRule(1).Radius(lower, 1 - lower).Should()
                    .BeApproximately(row.GetProperty("radius_over_sigma").GetDouble(), 1e-9);
            }
        }
    }

    [Fact]
    public void Sums_are_exact_rounded_down_and_forgive_no_number()
    {
        ScoreSums sums = new();
        double[] scores = [1, 1 / 3.0, double.NaN, 0, 2, -1, Math.ScaleB(1, -31)];
        foreach (double score in scores)
            sums.Add(score);

        // 1, floor(2^30/3)/2^30, 0, 0, 1, 0, 0
        double third = Math.Floor(Math.ScaleB(1, 30) / 3) / Math.ScaleB(1, 30), mean = (2 + third) / 7;
        sums.Count.Should().Be(7);
        sums.Mean.Should().BeLessThanOrEqualTo(mean).And.BeApproximately(mean, 1e-15);
        double variance = (2 * Math.Pow(1 - mean, 2) + Math.Pow(third - mean, 2) + 4 * mean * mean) / 6;
        sums.MeanUpper.Should().BeGreaterThanOrEqualTo(mean + Math.ScaleB(1, -30)).And.BeApproximately(mean + Math.ScaleB(1, -30), 1e-15);
        sums.Variance.Should().BeGreaterThanOrEqualTo(variance * (1 - 1e-16)).And.BeApproximately(variance, 1e-14);
        new ScoreSums().Lower(.05).Should().Be(0);
    }

    [Fact]
    public void Of_certifies_above_one_half_only()
    {
        ScoreSums high = new(), low = new();
        for (int i = 0; i < 1000; i++)
        {
            high.Add(.99);
            low.Add(.51);
        }

        GridGaussianRule rule = new(.5, 784);
        ScoreSums none = new();
        SoftCertificate certified = new SoftCertifier().Certify(3, [none, none, none, high], rule),
            abstained = new SoftCertifier().Certify(3, [none, none, none, low], rule);
        (certified.Label, certified.SelectedLabel, certified.N, certified.Norm).Should().Be((3, 3, 1000, Norm.L2));
        certified.Radius.Should().Be(new GridGaussianRule(.5, 784).Radius(certified.MeanLower,
            CertificationTest.ComplementRoundedUp(certified.MeanLower)));
        (abstained.Label, abstained.Radius, abstained.SelectedLabel).Should().Be((null, 0, 3));
    }

    /// <summary>
    /// Scores of known means, among them those that are hardest on a bound by the variance: a rare 0 among ones, which few samples show.
    /// Without its last term, or with an eighth of the variance, the bound is caught.
    /// </summary>
    [Fact]
    public void Bounds_are_above_the_truth_no_more_often_than_alpha()
    {
        const double alpha = .05;
        const int n = 200, runs = 4000;
        (double Value, double Probability)[][] laws =
        [
            [(1, .99), (0, .01)], [(1, .999), (0, .001)], [(1, .5), (0, .5)], [(.9, .8), (.2, .2)], [(1, .95), (.5, .04), (0, .01)],
        ];
        long[] wrong = new long[3];
        Random random = new(9);
        foreach ((double Value, double Probability)[] law in laws)
        {
            double truth = law.Sum(at => at.Value * at.Probability);
            long[] here = new long[3];
            for (int run = 0; run < runs; run++)
            {
                ScoreSums sums = new();
                for (int i = 0; i < n; i++)
                    sums.Add(Draw(law, random.NextDouble()));
                double t = Math.Log(2 / alpha), rest = 7 * t / (3.0 * (n - 1)), lower = sums.Lower(alpha);
                here[0] += lower > truth ? 1 : 0;
                here[1] += lower + rest > truth ? 1 : 0;
                here[2] += sums.Mean - Math.Sqrt(2 * sums.Variance / 8 * t / n) > truth ? 1 : 0;
            }

            for (int form = 0; form < 3; form++)
                wrong[form] = Math.Max(wrong[form], here[form]);
        }

        ClopperPearson.Lower(Math.Max(1, wrong[0]), runs, 1e-6).Should().BeLessThanOrEqualTo(alpha);
        ClopperPearson.Lower(wrong[1], runs, 1e-6).Should().BeGreaterThan(alpha, "the last term is needed");
        ClopperPearson.Lower(wrong[2], runs, 1e-6).Should().BeGreaterThan(alpha, "the variance is needed");
    }

    private static double Draw((double Value, double Probability)[] law, double at)
    {
        foreach ((double value, double probability) in law)
        {
            if (at < probability)
                return value;
            at -= probability;
        }

        return law[^1].Value;
    }
}
