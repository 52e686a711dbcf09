using DenoisedSmoothing.Noise;
using DenoisedSmoothing.Planning;
using DenoisedSmoothing.Statistics;
using DenoisedSmoothing.Testing;
using DenoisedSmoothing.Votes;

namespace DenoisedSmoothing.Tests.Planning;

public class SamplePlanTests
{
    [Theory]
    [InlineData(0, .5, .6, .001, .9)]
    [InlineData(0, .5, 1, .001, .9)]
    [InlineData(.25, .25, .9, .001, .9)]
    [InlineData(.25, .25, .95, .001, .5)]
    [InlineData(.25, .25, .95, .05, .99)]
    [InlineData(.5, .25, .99, .001, .9)]
    [InlineData(.5, .5, .89, .01, .8)]
    [InlineData(.1, 1, .6, .05, .9)]
    [InlineData(.1, 1, .61, .05, .7)]
    [InlineData(.1, 1, .62, .01, .3)]
    public void CohenVotes_is_the_first_n_of_enough_power_by_trying_each(double radius, double sigma, double pA, double alpha,
        double power) =>
        SamplePlan.CohenVotes(radius, new GaussianRule(sigma), pA, alpha, power).Should()
            .Be(FirstByTrying(radius, sigma, pA, alpha, power));

    [Fact]
    public void CohenVotes_at_random_is_the_first_n_of_enough_power_by_trying_each()
    {
        VoteDraws random = new(12);
        for (int i = 0; i < 60; i++)
        {
            double radius = .3 * random.Uniform(), p0 = SamplePlan.NeededProbability(radius, new GaussianRule(.5));
            (double pA, double alpha, double power) =
                (p0 + .1 + ((.9 - p0) * random.Uniform()), Math.Pow(10, -1 - (3 * random.Uniform())), .2 + (.79 * random.Uniform()));
            SamplePlan.CohenVotes(radius, new GaussianRule(.5), pA, alpha, power).Should()
                .Be(FirstByTrying(radius, .5, pA, alpha, power), "r={0} pA={1} alpha={2} power={3}", radius, pA, alpha, power);
        }
    }

    [Fact]
    public void CohenVotes_unanimous_is_the_known_limit_of_n() =>
        SamplePlan.CohenVotes(1.5005 * .25 - 1e-5, new GaussianRule(.25), pA: 1).Should().Be(100);

    // Under uniform noise on [-1, 1] an l1 radius of .5 needs pA = 3/4: ceil(ln .001 / ln .75) = 25 (24.01); of .75, 7/8: 52 (51.7).
    [Theory]
    [InlineData(.5, .75, 25)]
    [InlineData(.75, .875, 52)]
    public void Plans_of_another_noise_go_by_its_own_rule(double radius, double needed, long n)
    {
        UniformRule rule = new(1, 1);

        SamplePlan.NeededProbability(radius, rule).Should().BeGreaterThan(needed).And.BeApproximately(needed, 1e-12);
        SamplePlan.CohenVotes(radius, rule, pA: 1).Should().Be(n);
        SamplePlan.LargestRadius(n, rule).Should().BeGreaterThanOrEqualTo(radius);
        SamplePlan.LargestRadius(n - 1, rule).Should().BeLessThan(radius);
    }

    [Fact]
    public void LargestRadius_of_Gaussian_noise_is_that_of_all_votes_agreeing() =>
        SamplePlan.LargestRadius(1000, new GaussianRule(.25), .01).Should().Be(CertifiedRadius.Largest(1000, .01, .25));

    [Fact]
    public void CohenVotes_of_a_probability_that_does_not_reach_the_radius_is_never()
    {
        SamplePlan.CohenVotes(.25, new GaussianRule(.25), .8413).Should().BeNull();
        SamplePlan.CohenVotes(.25, new GaussianRule(.25), .5).Should().BeNull();
        SamplePlan.CohenVotes(.25, new GaussianRule(.25), .8414).Should().BeGreaterThan(10_000_000);
    }

    [Fact]
    public void NeededProbability_is_the_normal_distribution_rounded_up()
    {
        SamplePlan.NeededProbability(.5, new GaussianRule(.5)).Should().BeApproximately(.8413447460685429, 1e-13)
            .And.BeGreaterThanOrEqualTo(.8413447460685429);
        CertifiedRadius.FromBound(SamplePlan.NeededProbability(.7, new GaussianRule(.25)), .25).Should().BeGreaterThanOrEqualTo(.7)
            .And.BeApproximately(.7, 1e-12);
    }

    [Theory]
    [InlineData(-1, .5, .9, .001, .9, "radius")]
    [InlineData(.1, 0, .9, .001, .9, "sigma")]
    [InlineData(.1, .5, 0, .001, .9, "pA")]
    [InlineData(.1, .5, 1.1, .001, .9, "pA")]
    [InlineData(.1, .5, .9, 0, .9, "alpha")]
    [InlineData(.1, .5, .9, .001, 1, "power")]
    public void CohenVotes_out_of_range_says_which_argument(double radius, double sigma, double pA, double alpha, double power,
        string name) =>
        FluentActions.Invoking(() => SamplePlan.CohenVotes(radius, new GaussianRule(sigma), pA, alpha, power))
            .Should().Throw<ArgumentOutOfRangeException>().WithParameterName(name);

    [Theory]
    [InlineData(.6)]
    [InlineData(.75)]
    [InlineData(.86)]
    [InlineData(.95)]
    [InlineData(1)]
    public void Sequential_forecast_agrees_with_simulation(double pA)
    {
        const double sigma = .5;
        const int runs = 4000;
        SequentialCertifier certifier = new(new SequentialOptions { Alpha = .01, Budget = 3000, TargetRadii = [.25, .5], Worth = 20_000 });
        SequentialForecast forecast = SamplePlan.Sequential(certifier, new GaussianRule(sigma), pA);
        VoteDraws votes = new(13);
        double sum = 0, squares = 0, certified = 0;
        for (int run = 0; run < runs; run++)
        {
            IVoteTest<Certificate> test = certifier.Certify(2, sigma);
            test.Observe(new VoteCounts(certifier.N0, 0));
            Certificate certificate = votes.Run(test, [pA, 1 - pA]);
            double n = certificate.N0 + certificate.N;
            (sum, squares, certified) = (sum + n, squares + (n * n), certified + (certificate.Radius >= .5 ? 1 : 0));
        }

        double mean = sum / runs, error = Math.Sqrt(Math.Max(0, (squares / runs) - (mean * mean)) / runs);
        mean.Should().BeApproximately(forecast.MeanVotes, (5 * error) + 1e-6);
        (certified / runs).Should().BeApproximately(forecast.Power, (5 * Math.Sqrt(forecast.Power * (1 - forecast.Power) / runs))
            + (5.0 / runs));
    }

    [Fact]
    public void Sequential_of_an_open_certifier_is_refused() =>
        FluentActions.Invoking(() => SamplePlan.Sequential(new SequentialCertifier(), new GaussianRule(.5), .9))
            .Should().Throw<ArgumentException>().WithMessage("A forecast needs target radii*");

    /// <summary>n = 1, 2, 3, ...: the fewest successes that certify, and the probability of as many, by adding up.</summary>
    private static long? FirstByTrying(double radius, double sigma, double pA, double alpha, double power)
    {
        double[] chance = [1];
        long fewest = 0;
        for (int n = 1; ; n++)
        {
            double[] next = new double[n + 1];
            for (int k = 0; k < n; k++)
            {
                next[k] += chance[k] * (1 - pA);
                next[k + 1] += chance[k] * pA;
            }

            chance = next;
            while (fewest <= n && (CertifiedRadius.FromBound(ClopperPearson.Lower(fewest, n, alpha), sigma) is var reached
                && (reached < radius || reached == 0)))
                fewest++;
            double sum = 0;
            for (long k = fewest; k <= n; k++)
                sum += chance[k];
            if (sum >= power)
                return n;
        }
    }
}
