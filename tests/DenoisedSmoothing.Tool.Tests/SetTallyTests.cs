using DenoisedSmoothing.PredictionSets;

namespace DenoisedSmoothing.Tool.Tests;

public class SetTallyTests
{
    [Fact]
    public void Shares_are_rounded_against_the_sets()
    {
        SetTally tally = new(2);
        tally.Add(SetOf(0), 0);
        tally.Add(SetOf(0, 1), 1);
        tally.Add(SetOf(), 1);

        // scipy: beta.ppf(.025, 2, 2) = .0943, beta.ppf(.975, 3, 1) = .9916; beta.ppf(.025, 1, 3) = .0084, beta.ppf(.975, 2, 2) = .9057.
        tally.ToString().Split(Environment.NewLine).Should().Equal(
            "hold the label   66.66%  (2 of 3; 95% interval 9.42 to 99.16%)",
            "mean size       1.000 ± 0.577 of 2 classes",
            "one class        33.33%  (1 of 3; 95% interval 0.84 to 90.58%)",
            "empty            33.34%  (1 of 3; 95% interval 0.84 to 90.58%)",
            "all classes      33.34%  (1 of 3; 95% interval 0.84 to 90.58%)");
    }

    private static PredictionSet SetOf(params int[] labels) => new()
    {
        Labels = labels, Scores = [.5, .5], Threshold = .5, Radius = .1, Miscoverage = .1,
    };
}
