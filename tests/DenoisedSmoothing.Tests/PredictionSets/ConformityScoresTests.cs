using DenoisedSmoothing.PredictionSets;

namespace DenoisedSmoothing.Tests.PredictionSets;

public class ConformityScoresTests
{
    [Fact]
    public void Thr_is_one_less_the_probability() =>
        Scores(new ThresholdScore(), .9, .25, .5, .25).Should().Equal(.75, .5, .75);

    [Fact]
    public void Aps_adds_the_likelier_classes_and_a_share_of_its_own()
    {
        // By hand: .5 comes first, then the two of .1875 in the order of their labels, then .125.
        Scores(new AdaptiveScore(), .5, .1875, .5, .125, .1875).Should().Equal(.5 + .09375, .25, .875 + .0625, .6875 + .09375);
        Scores(new AdaptiveScore(), 0, .1875, .5, .125, .1875).Should().Equal(.5, 0, .875, .6875);
    }

    [Fact]
    public void Named_finds_all_and_refuses_others()
    {
        ConformityScores.All.Select(score => score.Name).Should().Equal("thr/1", "aps/1");
        ConformityScores.All.Should().OnlyContain(score => ConformityScores.Named(score.Name) == score);
        FluentActions.Invoking(() => ConformityScores.Named("thr/2")).Should().Throw<ArgumentException>().WithMessage("*thr/2*aps/1*");
    }

    private static double[] Scores(IConformityScore score, double uniform, params double[] probabilities)
    {
        double[] scores = new double[probabilities.Length];
        score.Score(probabilities, uniform, scores);
        return scores;
    }
}
