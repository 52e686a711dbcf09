using DenoisedSmoothing.PredictionSets;
using DenoisedSmoothing.Testing;
using Xunit.Abstractions;

namespace DenoisedSmoothing.Tests.Simulations;

public class SetSimulationTests(ITestOutputHelper output)
{
    private const double Miscoverage = .1;

    public static TheoryData<int, double> WorldsAndRadii
    {
        get
        {
            TheoryData<int, double> data = [];
            for (int world = 0; world < SetSimulation.Worlds.Count; world++)
            {
                foreach (double radius in new[] { .1, .25, .5, .75 })
                    data.Add(world, radius);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(WorldsAndRadii))]
    public void Sets_under_the_worst_attack_hold_the_label_as_often_as_promised(int world, double radius)
    {
        foreach (int n in new[] { 30, 400 })
        {
            SetSimulation simulation = Run(world, n, radius, 1000, scores => SetSimulation.Rule(scores, radius, Miscoverage));

            simulation.Keeps(Miscoverage).Should().BeTrue("{0}, n = {1}, radius {2}", simulation, n, radius);
        }
    }

    [Theory]
    [InlineData(.1)]
    [InlineData(.25)]
    [InlineData(.5)]
    public void Sets_of_images_that_are_all_alike_do_so_no_more_often(double radius)
    {
        // So many that the rank is all but the level, and calibrations all but agree: then only the proof itself could be loose.
        SetSimulation simulation = Run(0, 9_999, radius, 100, scores => SetSimulation.Rule(scores, radius, Miscoverage));

        simulation.Attacked.Should().BeApproximately(1 - Miscoverage, .003, "{0}", simulation);
    }

    [Fact]
    public void Radius_0_is_ordinary_split_conformal_prediction()
    {
        // 99 images: the rank is 9/10 of n + 1 exactly, and so is the coverage of continuous scores.
        SetSimulation simulation = Run(0, 99, 0, 5_000, scores => SetSimulation.Rule(scores, 0, Miscoverage));

        simulation.Clean.Should().BeApproximately(.9, 6 * simulation.Error).And.Be(simulation.Attacked);
    }

    [Theory]
    [InlineData(.25)]
    [InlineData(.5)]
    public void A_level_without_the_correction_is_caught(double radius) =>
        Run(0, 300, radius, 1000, scores => SplitConformal.Threshold(scores, Miscoverage)).Keeps(Miscoverage).Should().BeFalse();

    [Theory]
    [InlineData(.25)]
    [InlineData(.5)]
    public void A_level_of_twice_the_noise_is_caught(double radius) =>
        Run(0, 300, radius, 1000, scores => SetSimulation.Rule(scores, radius, Miscoverage, 2 * SetSimulation.Sigma))
            .Keeps(Miscoverage).Should().BeFalse();

    [Theory]
    [InlineData(.25)]
    [InlineData(.5)]
    public void A_level_of_95_percent_of_the_radius_is_caught(double radius) =>
        Run(0, 4_999, radius, 300, scores => SetSimulation.Rule(scores, .95 * radius, Miscoverage)).Keeps(Miscoverage).Should().BeFalse();

    [Fact]
    public void The_quantile_of_n_in_place_of_n_plus_1_is_caught() =>
        Run(0, 10, 0, 5_000, scores => scores.Order().ElementAt((int)Math.Ceiling(.9 * scores.Length) - 1)).Keeps(Miscoverage).Should()
            .BeFalse();

    /// <summary>The midpoint rule errs by less than .001.</summary>
    [Theory]
    [InlineData(.25)]
    [InlineData(.5)]
    public void Adaptive_sets_under_the_worst_attack_that_is_found_hold_the_label_as_often_as_promised(double radius)
    {
        AdaptiveSetSimulation robust = AdaptiveSetSimulation.Of(300, radius, 50, scores => SetSimulation.Rule(scores, radius, Miscoverage)),
            plain = AdaptiveSetSimulation.Of(300, radius, 50, scores => SplitConformal.Threshold(scores, Miscoverage));

        output.WriteLine($"{radius}: {robust} {plain}");
        (robust.Attacked + 5 * robust.Error + .001).Should().BeGreaterThan(1 - Miscoverage);
        (plain.Attacked + 5 * plain.Error + .001).Should().BeLessThan(1 - Miscoverage, "a level without the correction is caught");
    }

    [Theory]
    [Trait("Category", "Slow")]
    [MemberData(nameof(WorldsAndRadii))]
    public void Sets_of_many_calibrations_under_the_worst_attack_hold_the_label_as_often_as_promised(int world, double radius)
    {
        SetSimulation simulation = Run(world, 1000, radius, 20_000, scores => SetSimulation.Rule(scores, radius, Miscoverage));

        output.WriteLine($"{simulation} at radius {radius}");
        simulation.Keeps(Miscoverage).Should().BeTrue("{0}", simulation);
        simulation.Error.Should().BeLessThan(5e-4);
    }

    private static SetSimulation Run(int world, int n, double radius, int runs, Func<double[], double> threshold) =>
        SetSimulation.Of(SetSimulation.Worlds[world].Name, SetSimulation.Worlds[world].Margins, n, radius, runs, threshold);
}
