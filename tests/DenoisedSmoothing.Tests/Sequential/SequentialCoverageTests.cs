using DenoisedSmoothing.Noise;
using DenoisedSmoothing.Planning;
using DenoisedSmoothing.Statistics;
using DenoisedSmoothing.Testing;

namespace DenoisedSmoothing.Tests.Sequential;

/// <summary>
/// How often whole sequential certifications and predictions are wrong, votes drawn as a model casts them, where the truth is known.
/// Doctored ones must be caught by the same check.
/// </summary>
public class SequentialCoverageTests
{
    private const double Alpha = .05;

    /// <summary>
    /// Where a sound certifier is blamed once in a million, so many runs catch one that is wrong 1.19 times as often as alpha allows nine
    /// times in ten, and the slow ones 1.09 times. What is planted below, ten times alpha, takes few.
    /// </summary>
    private const int Runs = 20_000, ManyRuns = 100_000, FewRuns = 5_000;

    /// <summary>The open mode stops where it first certifies anything: the worst moment there is.</summary>
    private static readonly SequentialOptions Options = new()
    {
        Alpha = Alpha,
        Budget = 500,
        N0 = 20,
        PredictBudget = 500,
        RadiusGain = 10,
    };

    /// <summary>
    /// Radii and class probabilities: where a threshold is missed by next to nothing, between two, and two classes at one half.
    /// </summary>
    public static TheoryData<double[], double[]> Certifications => new()
    {
        { [0], [.5 - 1e-9, .5 + 1e-9] },
        { [.5], [SamplePlan.NeededProbability(.5, new GaussianRule(1)) - 1e-9, 0] },
        { [.25, .5, 1], [SamplePlan.NeededProbability(.5, new GaussianRule(1)) - 1e-9, 0] },
        { [.25, .5, 1], [SamplePlan.NeededProbability(.25, new GaussianRule(1)) - 1e-9, 0] },
        { [.25, .5, 1], [.65, 0] },
        { [], [.5, 0] },
        { [], [.8, 0] },
        { [], [.45, .45, 0] },
    };

    [Theory]
    [MemberData(nameof(Certifications))]
    public void Certify_claims_too_much_in_no_more_than_alpha_of_runs(double[] radii, double[] probabilities) =>
        CertifiesSoundly(radii, probabilities, Runs);

    [Theory]
    [MemberData(nameof(Certifications))]
    [Trait("Category", "Slow")]
    public void Certify_claims_too_much_in_no_more_than_alpha_of_many_runs(double[] radii, double[] probabilities) =>
        CertifiesSoundly(radii, probabilities, ManyRuns);

    [Theory]
    [InlineData(new double[0], .5)]
    [InlineData(new[] { .25, .5, 1 }, .6914624)]
    public void Certify_at_ten_times_alpha_is_caught(double[] radii, double p)
    {
        long wrong = WrongCertificates(Options with { TargetRadii = radii, Alpha = 10 * Alpha }, [p, 0], FewRuns);

        Coverage.IsPlausible(wrong, FewRuns, Alpha).Should().BeFalse("{0} of {1} certificates claimed too much", wrong, FewRuns);
    }

    /// <summary>Class probabilities, and the one class that is the right answer; -1 where any answer is wrong.</summary>
    public static TheoryData<double[], int> Predictions => new()
    {
        { [.5, .5], -1 },
        { [1 / 3.0, 1 / 3.0, 1 / 3.0], -1 },
        { [.45, .45, .1], -1 },
        { [.2, .4, .4], -1 },
        { [.34, .33, .33], 0 },
        { [.36, .37, .27], 1 },
        { [.1, .1, .1, .1, .1, .1, .1, .1, .1, .1], -1 },
    };

    [Theory]
    [MemberData(nameof(Predictions))]
    public void Predict_is_wrong_in_no_more_than_alpha_of_runs(double[] probabilities, int right) =>
        PredictsSoundly(probabilities, right, Runs);

    [Theory]
    [MemberData(nameof(Predictions))]
    [Trait("Category", "Slow")]
    public void Predict_is_wrong_in_no_more_than_alpha_of_many_runs(double[] probabilities, int right) =>
        PredictsSoundly(probabilities, right, ManyRuns);

    private static void PredictsSoundly(double[] probabilities, int right, int runs)
    {
        VoteDraws votes = new(21);
        SequentialCertifier certifier = new(Options);
        long wrong = 0;
        for (int run = 0; run < runs; run++)
            wrong += votes.Run(certifier.Predict(probabilities.Length), probabilities).Label is { } label && label != right ? 1 : 0;

        Coverage.IsPlausible(wrong, runs, Alpha).Should().BeTrue("{0} of {1} predictions were wrong", wrong, runs);
    }

    [Fact]
    public void Predict_clear_majority_answers_at_a_fraction_of_the_budget()
    {
        VoteDraws votes = new(22);
        SequentialCertifier certifier = new(new SequentialOptions { PredictN0 = 100 });
        for (int run = 0; run < 200; run++)
        {
            Prediction prediction = votes.Run(certifier.Predict(3), [.2, .7, .1]);

            prediction.Label.Should().Be(1);
            prediction.N.Should().BeLessThan(500);
        }
    }

    [Theory]
    [InlineData(new[] { .5, .5 })]
    [InlineData(new[] { .45, .45, .1 })]
    public void Binomial_test_repeated_on_the_current_top_two_is_caught(double[] probabilities)
    {
        // The same looks, and at each the test of Cohen et al. 2019, section 3.2.1.
        VoteDraws draws = new(23);
        long[] looks = LookSchedule.Geometric(Options.LookGrowth, Options.PredictBudget, []);
        long wrong = 0;
        for (int run = 0; run < FewRuns; run++)
        {
            VoteCounts votes = new(new long[probabilities.Length]);
            foreach (long look in looks)
            {
                votes = votes.Add(draws.Draw(look - votes.Total, probabilities));
                long top = votes[votes.Top], second = votes[votes.RunnerUp];
                if (BinomialTest.TwoSided(top, top + second) > Alpha)
                    continue;
                wrong++;
                break;
            }
        }

        Coverage.IsPlausible(wrong, FewRuns, Alpha).Should().BeFalse("{0} of {1} predictions were wrong", wrong, FewRuns);
    }

    private static void CertifiesSoundly(double[] radii, double[] probabilities, int runs)
    {
        long wrong = WrongCertificates(Options with { TargetRadii = radii }, probabilities, runs);

        Coverage.IsPlausible(wrong, runs, Alpha).Should().BeTrue("{0} of {1} certificates claimed too much", wrong, runs);
    }

    /// <summary>
    /// At sigma 1; the probabilities' remainder falls to the last class. Too much is a bound above the label's true probability.
    /// </summary>
    private static long WrongCertificates(SequentialOptions options, double[] probabilities, int runs)
    {
        probabilities = [.. probabilities];
        probabilities[^1] = 1 - probabilities[..^1].Sum();
        SequentialCertifier certifier = new(options);
        VoteDraws votes = new(20);
        long wrong = 0;
        for (int run = 0; run < runs; run++)
        {
            Certificate certificate = votes.Run(certifier.Certify(probabilities.Length, 1), probabilities);
            wrong += certificate.PALower > probabilities[certificate.SelectedLabel] ? 1 : 0;
        }

        return wrong;
    }
}
