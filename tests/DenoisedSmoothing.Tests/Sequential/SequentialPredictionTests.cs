using DenoisedSmoothing.Statistics;
using DenoisedSmoothing.Testing;
using DenoisedSmoothing.Tests.SecondOpinion;
using DenoisedSmoothing.Votes;

namespace DenoisedSmoothing.Tests.Sequential;

public class SequentialPredictionTests
{
    /// <summary>
    /// The evidence of the votes themselves, by interval arithmetic: at an answer it has reached 1/alpha, at the look before it had not.
    /// </summary>
    [Theory]
    [InlineData(.05)]
    [InlineData(.001)]
    [InlineData(1e-6)]
    public void Predict_answers_at_the_first_look_whose_votes_reach_one_over_alpha(double alpha)
    {
        const int budget = 3000;
        SequentialCertifier certifier = new(new SequentialOptions { Alpha = alpha, PredictBudget = budget, LookGrowth = 1.0001 });
        TestMartingale lead = new(.5, alpha, budget, tailShare: 0);
        VoteDraws draws = new(31);
        int answers = 0;
        for (int run = 0; run < 300; run++)
        {
            double p = .5 + .4 * draws.Uniform();
            IVoteTest<Prediction> test = certifier.Predict(3);
            VoteCounts votes = new(0, 0, 0), before = votes;
            int label = -1;
            while (test.Next is { } want)
            {
                VoteCounts drawn = draws.Draw(want.Count, [p, .7 * (1 - p), .3 * (1 - p)]);
                test.Observe(drawn);
                if (want.Phase == VotePhase.Selection)
                    label = drawn.Top;
                else
                    (before, votes) = (votes, votes.Add(drawn));
            }

            if (test.Result.Label is not { } answer)
                continue;
            answers++;
            answer.Should().Be(label);
            Enclosure evidence = Evidence(votes, label);
            (evidence * Enclosure.Of(alpha)).Low.RelativeGap(Wide.One).Should()
                .BeGreaterThanOrEqualTo(0, "{0} votes for {1}", votes, label);
            if (before.Total > 0)
                (Evidence(before, label) * Enclosure.Of(alpha)).High.RelativeGap(Wide.One).Should()
                    .BeLessThan(1e-9, "{0} votes were enough", before);
            (Enclosure.One / evidence).SurelyBelow(test.Result.PValue).Should().BeInRange(0, 1e-10, "1 over the evidence is a p-value");
            long rival = Math.Max(votes[(label + 1) % 3], votes[(label + 2) % 3]);
            if (test.Result.PValue < alpha)
                test.Result.PValue.Should().BeGreaterThan(
                    Math.Exp(-lead.LogLower(votes[label], votes[label] + rival)), "1 over the evidence's lower bound is rounded up");
        }

        answers.Should().BeGreaterThan(100);

        Enclosure Evidence(VoteCounts votes, int label)
        {
            long rival = Enumerable.Range(0, 3).Where(other => other != label).Max(other => votes[other]);
            return votes[label] <= rival
                ? Enclosure.Of(double.Epsilon)
                : EvidenceReference.Of(lead, .5, budget, 0, (int)votes[label], (int)(votes[label] + rival));
        }
    }
}
