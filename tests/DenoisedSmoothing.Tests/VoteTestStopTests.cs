using System.Text.Json;
using DenoisedSmoothing.Staged;
using DenoisedSmoothing.Votes;

namespace DenoisedSmoothing.Tests;

/// <summary>Tests that are stopped: they abstain, or claim what a bound that holds at every number of votes has shown.</summary>
public class VoteTestStopTests
{
    private static readonly SequentialCertifier Sequential = new(new SequentialOptions { Alpha = .001, Budget = 5000 });

    public static TheoryData<ICertifier> Certifiers =>
        [new CohenCertifier(n: 1000), new MulticlassCertifier(n: 1000), new StagedCertifier(.25, [200, 1000]), Sequential];

    [Theory]
    [MemberData(nameof(Certifiers))]
    public void Stop_before_any_vote_abstains(ICertifier certifier)
    {
        IVoteTest<Certificate> certification = certifier.Certify(3, .5);
        IVoteTest<Prediction> prediction = certifier.Predict(3);

        certification.Stop();
        prediction.Stop();

        (certification.Next, prediction.Next).Should().Be((null, null));
        Certificate certificate = certification.Result;
        (certificate.Label, certificate.Radius, certificate.PALower, certificate.PBUpper, certificate.N0, certificate.N).Should()
            .Be((null, 0, 0, 1, 0, 0));
        (prediction.Result.Label, prediction.Result.PValue, prediction.Result.N).Should().Be((null, 1, 0));
        Action more = () => certification.Observe(new VoteCounts(1, 0, 0));
        more.Should().Throw<InvalidOperationException>();
    }

    [Theory]
    [MemberData(nameof(Certifiers))]
    public void Stop_after_the_selection_abstains_and_keeps_its_votes(ICertifier certifier)
    {
        IVoteTest<Certificate> test = certifier.Certify(3, .5);
        VoteCounts selection = new(0, test.Next!.Value.Count, 0);
        test.Observe(selection);
        test.Stop();
        (test.Result.Label, test.Result.SelectedLabel, test.Result.PALower, test.Result.N).Should().Be((null, 1, 0, 0));
        test.Result.SelectionVotes.Should().Be(selection);
    }

    [Theory]
    [MemberData(nameof(Certifiers))]
    public void Stop_of_a_finished_test_changes_nothing(ICertifier certifier)
    {
        IVoteTest<Certificate> test = certifier.Certify(2, .5);
        while (test.Next is { } want)
            test.Observe(new VoteCounts(want.Count, 0));
        Certificate before = test.Result;
        test.Stop();
        test.Result.Should().BeSameAs(before);
        before.Label.Should().Be(0);
    }

    [Fact]
    public void Stop_between_looks_of_a_sequential_test_claims_the_bound_of_its_votes()
    {
        IVoteTest<Certificate> test = Sequential.Certify(2, .5);
        for (int look = 0; look < 9; look++)
            test.Observe(new VoteCounts(test.Next!.Value.Count, 0));
        test.Next.Should().NotBeNull();
        test.Stop();
        Certificate certificate = test.Result;
        certificate.PALower.Should().Be(Sequential.LowerBound(certificate.N, certificate.N, .5)).And.BeGreaterThan(.5);
        (certificate.Label, certificate.N < 5000).Should().Be((0, true));
    }

    [Fact]
    public void Stop_between_looks_of_a_sequential_prediction_abstains()
    {
        IVoteTest<Prediction> test = Sequential.Predict(2);
        test.Observe(new VoteCounts(test.Next!.Value.Count, 0));
        test.Observe(new VoteCounts(test.Next!.Value.Count / 2, test.Next!.Value.Count - (test.Next!.Value.Count / 2)));
        test.Stop();
        test.Result.Label.Should().BeNull();
        test.Result.PValue.Should().BeGreaterThan(.001);
    }

    [Theory]
    [InlineData(StopReason.Votes, "\"votes\"")]
    [InlineData(StopReason.Time, "\"time\"")]
    [InlineData(null, "null")]
    public void Stopped_is_in_the_JSON_of_both(StopReason? reason, string text)
    {
        IVoteTest<Certificate> certification = Sequential.Certify(2, .5);
        IVoteTest<Prediction> prediction = Sequential.Predict(2);
        certification.Stop();
        prediction.Stop();
        Certificate certificate = certification.Result with { Stopped = reason };
        Prediction predicted = prediction.Result with { Stopped = reason };

        JsonSerializer.Serialize(certificate).Should().Contain($"\"stopped\":{text}");
        JsonSerializer.Deserialize<Certificate>(JsonSerializer.Serialize(certificate)).Should().Be(certificate);
        JsonSerializer.Deserialize<Prediction>(JsonSerializer.Serialize(predicted)).Should().Be(predicted);
    }
}
