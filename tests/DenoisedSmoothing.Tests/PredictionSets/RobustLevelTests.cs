using System.Text.Json;
using DenoisedSmoothing.Noise;
using DenoisedSmoothing.PredictionSets;
using DenoisedSmoothing.Testing;

namespace DenoisedSmoothing.Tests.PredictionSets;

/// <summary>Against tests/Goldens/prediction_sets.json, made by prediction_sets.py with mpmath at 60 digits.</summary>
public class RobustLevelTests
{
    [Fact]
    public void CleanMiscoverage_golden_values_is_close_and_never_above()
    {
        double worst = 0;
        foreach (JsonElement row in Golden.Json("prediction_sets.json").RootElement.GetProperty("levels").EnumerateArray())
        {
            double sigma = row.GetProperty("sigma").GetDouble();
            long dimension = row.GetProperty("dimension").GetInt64();
            IRadiusRule rule = dimension == 0 ? new GaussianRule(sigma) : new GridGaussianRule(sigma, dimension);

            double clean = RobustLevel.CleanMiscoverage(
                rule, row.GetProperty("radius").GetDouble(), row.GetProperty("miscoverage").GetDouble());

            // The quantile's guard of 1e-14 is 1e-14 z^2 of a share; and where tau is next to all of the level, few digits are left.
            double tau = dimension / (double)(1L << 39);
            double gap = Exact.Parse(row.GetProperty("clean").GetString()!).RelativeGapOf(clean);
            gap.Should().BeInRange(-3e-12 * (1 + tau / clean), 0, "{0}", row);
            worst = Math.Min(worst, gap);
        }

        worst.Should().BeLessThan(0, "something was rounded");
    }

    [Fact]
    public void CleanMiscoverage_of_radius_0_is_the_miscoverage() =>
        RobustLevel.CleanMiscoverage(new GridGaussianRule(.25, 3072), 0, .1).Should().Be(.1);

    [Fact]
    public void CleanMiscoverage_falls_with_the_radius_until_nothing_is_left()
    {
        double last = .1;
        foreach (double radius in new[] { 1e-9, .05, .25, .5, 1 })
        {
            double clean = RobustLevel.CleanMiscoverage(new GridGaussianRule(.25, 784), radius, .1);
            clean.Should().BeLessThan(last).And.BePositive();
            last = clean;
        }

        RobustLevel.CleanMiscoverage(new GridGaussianRule(.25, 784), 2.5, .1).Should().Be(0);
        RobustLevel.CleanMiscoverage(new GridGaussianRule(.25, 150_528), .1, 1e-8).Should().Be(0, "the grid alone may cost 2.7e-7");
    }

    [Fact]
    public void CleanMiscoverage_refuses_what_is_not_proven()
    {
        FluentActions.Invoking(() => RobustLevel.CleanMiscoverage(new UniformRule(.5, 784), .1, .1)).Should()
            .Throw<ArgumentException>().WithMessage("*Gaussian*uniform*");
        foreach ((double radius, double miscoverage) in new[]
            { (-.1, .1), (double.NaN, .1), (double.PositiveInfinity, .1), (.1, 0), (.1, .51), (.1, double.NaN) })
        {
            FluentActions.Invoking(() => RobustLevel.CleanMiscoverage(new GaussianRule(.5), radius, miscoverage)).Should()
                .Throw<ArgumentOutOfRangeException>();
        }
    }

    [Fact]
    public void FewestImages_is_the_first_n_with_a_finite_threshold()
    {
        foreach (double share in new[] { .5, .1, .05, 1 / 3.0, .0374, 1 / 49.0, 1e-6 })
        {
            long fewest = RobustLevel.FewestImages(share)!.Value;
            SplitConformal.AllowedMisses(fewest, share).Should().BeGreaterThan(0);
            if (fewest > 1)
                SplitConformal.AllowedMisses(fewest - 1, share).Should().Be(0);
        }

        RobustLevel.FewestImages(0).Should().BeNull();
    }
}
