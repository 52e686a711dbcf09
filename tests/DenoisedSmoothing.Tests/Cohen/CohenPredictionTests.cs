using DenoisedSmoothing.Statistics;
using DenoisedSmoothing.Votes;

namespace DenoisedSmoothing.Tests.Cohen;

public class CohenPredictionTests
{
    private static readonly CohenCertifier Certifier = new(predictN: 100);

    [Fact]
    public void Predict_clear_lead_answers_with_its_evidence()
    {
        IVoteTest<Prediction> test = Certifier.Predict(3);
        test.Next.Should().Be(new VoteRequest(VotePhase.Prediction, 100));
        VoteCounts votes = new(20, 10, 70);

        test.Observe(votes);

        test.Next.Should().BeNull();
        Prediction prediction = test.Result;
        (prediction.Label, prediction.TopLabel, prediction.RunnerUpLabel).Should().Be((2, 2, 0));
        prediction.PValue.Should().Be(BinomialTest.TwoSided(70, 90));
        (prediction.Alpha, prediction.N, prediction.Method).Should().Be((.001, 100, Certifier.Method));
        prediction.Votes.Should().BeSameAs(votes);
    }

    /// <summary>p-values of scipy in statistics.json: 66 against 34 is .0018, 60 against 40 is .057.</summary>
    [Theory]
    [InlineData(66, 34, .001, true)]
    [InlineData(66, 34, .002, false)]
    [InlineData(60, 40, .05, true)]
    [InlineData(60, 40, .06, false)]
    public void Predict_abstains_where_the_test_does_not_reject(long top, long second, double alpha, bool abstains)
    {
        Prediction prediction = Run(new CohenCertifier(alpha: alpha, predictN: top + second), new VoteCounts(top, second));

        prediction.Abstained.Should().Be(abstains);
        prediction.Label.Should().Be(abstains ? null : 0);
    }

    [Theory]
    [InlineData(70, 30)]
    [InlineData(553, 447)]
    [InlineData(12, 0)]
    public void Predict_answers_at_an_alpha_of_the_p_value_and_not_at_the_next_smaller(long top, long second)
    {
        double pValue = BinomialTest.TwoSided(top, top + second);

        Run(new CohenCertifier(alpha: pValue, predictN: top + second), new VoteCounts(top, second)).Label.Should().Be(0);
        Run(new CohenCertifier(alpha: Math.BitDecrement(pValue), predictN: top + second), new VoteCounts(top, second)).Abstained.Should()
            .BeTrue();
    }

    [Fact]
    public void Predict_tie_abstains_at_the_largest_alpha()
    {
        Prediction prediction = Run(new CohenCertifier(alpha: .5, predictN: 100), new VoteCounts(0, 50, 50));

        (prediction.Abstained, prediction.PValue, prediction.TopLabel, prediction.RunnerUpLabel).Should().Be((true, 1, 1, 2));
    }

    [Fact]
    public void Predict_unanimous_votes_answer() => Run(Certifier, new VoteCounts(0, 100)).Label.Should().Be(1);

    [Fact]
    public void Observe_wrong_total_classes_or_phase_of_life_is_refused()
    {
        IVoteTest<Prediction> test = Certifier.Predict(2);

        test.Invoking(t => t.Result).Should().Throw<InvalidOperationException>().WithMessage("*still wants 100 Prediction votes*");
        test.Invoking(t => t.Observe(new VoteCounts(50, 51)))
            .Should().Throw<ArgumentException>().WithMessage("The test asked for 100 Prediction votes, got 101.*");
        test.Invoking(t => t.Observe(new VoteCounts(50, 50, 0))).Should().Throw<ArgumentException>();
        test.Observe(new VoteCounts(50, 50));
        test.Invoking(t => t.Observe(new VoteCounts(50, 50))).Should().Throw<InvalidOperationException>();
    }

    private static Prediction Run(CohenCertifier certifier, VoteCounts votes)
    {
        IVoteTest<Prediction> test = certifier.Predict(votes.ClassCount);
        test.Observe(votes);
        return test.Result;
    }
}
