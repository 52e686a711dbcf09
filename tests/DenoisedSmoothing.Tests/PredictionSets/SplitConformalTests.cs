using System.Text.Json;
using DenoisedSmoothing.PredictionSets;
using DenoisedSmoothing.Testing;

namespace DenoisedSmoothing.Tests.PredictionSets;

public class SplitConformalTests
{
    /// <summary>Against tests/Goldens/prediction_sets.json: Python's fractions.</summary>
    [Fact]
    public void AllowedMisses_golden_values_are_exact()
    {
        foreach (JsonElement row in Golden.Json("prediction_sets.json").RootElement.GetProperty("ranks").EnumerateArray())
        {
            SplitConformal.AllowedMisses(row.GetProperty("n").GetInt64(), row.GetProperty("miscoverage").GetDouble()).Should()
                .Be(row.GetProperty("misses").GetInt64(), "{0}", row);
        }
    }

    [Theory]
    [InlineData(9, .1, 9)] // ceil(10 x .9)
    [InlineData(10, .1, 10)] // ceil(11 x .9)
    [InlineData(19, .1, 18)]
    [InlineData(100, .1, 91)]
    [InlineData(99, .05, 95)]
    public void Threshold_is_the_score_of_the_textbook_rank(int n, double miscoverage, int rank)
    {
        double[] scores = [.. Enumerable.Range(1, n).Select(i => (double)(i * 7919 % n == 0 ? n : i * 7919 % n))]; // a permutation

        SplitConformal.Threshold(scores, miscoverage).Should().Be(rank);
    }

    [Fact]
    public void Threshold_of_too_few_images_is_infinite()
    {
        SplitConformal.Threshold([.1, .2, .3, .4, .5, .6, .7, .8], .1).Should().Be(double.PositiveInfinity);
        SplitConformal.Threshold([.1], 0).Should().Be(double.PositiveInfinity);
    }

    [Fact]
    public void Threshold_takes_NaN_for_the_worst_score_and_keeps_ties()
    {
        double[] scores = [double.NaN, .5, .5, .5, .2, .1, .5, .3, .4];

        SplitConformal.Threshold(scores, .1).Should().Be(double.PositiveInfinity);
        SplitConformal.Threshold(scores, .2).Should().Be(.5);
        SplitConformal.Threshold(scores, .61).Should().Be(.4);
        scores[0].Should().Be(double.NaN, "the caller's scores stay as they are");
    }

    [Fact]
    public void Threshold_refuses_no_scores_and_shares_out_of_range()
    {
        FluentActions.Invoking(() => SplitConformal.Threshold([], .1)).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => SplitConformal.Threshold([1], 1)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => SplitConformal.Threshold([1], -.1)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => SplitConformal.AllowedMisses(0, .1)).Should().Throw<ArgumentOutOfRangeException>();
    }
}
