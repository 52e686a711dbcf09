using System.Text.Json;
using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Statistics;
using DenoisedSmoothing.Testing;
using DenoisedSmoothing.Torch.Tests.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Classification;

/// <summary>
/// Against tests/Goldens/ensembles.json: eth-sri/smoothing-ensembles@1e1eaf8d, smooth_ensemble*.py, and eth-sri/ACES@a67ad157,
/// smooth_ace.py, in float64.
/// </summary>
public class EnsembleFormsTests
{
    private static readonly JsonElement s_golden = Golden.Json("ensembles.json").RootElement;

    public static TheoryData<int> Consensus =>
        [.. Enumerable.Range(0, s_golden.GetProperty("ensembles").GetProperty("k_consensus").GetArrayLength())];

    [Theory]
    [MemberData(nameof(Consensus))]
    public void Consensus_answers_as_the_reference(int index)
    {
        using DisposeScope scope = NewDisposeScope();
        JsonElement expected = s_golden.GetProperty("ensembles").GetProperty("k_consensus")[index];
        Given[] members = Members();
        ConsensusClassifier classifier = new(members, expected.GetProperty("k").GetInt32());

        Labels(classifier.Classify(Rows)).Should().Equal(Integers(expected.GetProperty("label")));

        bool allEarly = expected.GetProperty("stopped_early").EnumerateArray().All(early => early.GetBoolean());
        members[^1].Calls.Should().Be(allEarly && expected.GetProperty("k").GetInt32() < members.Length ? 0 : 1);
    }

    [Theory]
    [MemberData(nameof(Consensus))]
    public void Consensus_is_certified_in_stages_by_the_labels_of_the_reference(int index)
    {
        using DisposeScope scope = NewDisposeScope();
        JsonElement expected = s_golden.GetProperty("ensembles").GetProperty("k_consensus")[index];
        ConsensusClassifier consensus = new(Members(), expected.GetProperty("k").GetInt32());
        // Every pass has each row of the reference once, whatever the noise.
        FakeClassifier rows = new(3, (noisy, _) => consensus.Classify(arange(noisy.shape[0])));
        SmoothedClassifier smoothed = new([rows], .5, new Staged.StagedCertifier(.05, [16, 160], n0: 8, alpha: .4, giveUp: 1e-9),
            new SmoothingOptions { Batch = 8, Seed = 1 });

        Certificate certificate = smoothed.Certify(new(Images.Random(1, 1, 3, 3), 0));

        long[] labels = Integers(expected.GetProperty("label"));
        VoteCounts votes = new([.. Enumerable.Range(0, 3).Select(label => labels.LongCount(its => its == label))]);
        certificate.SelectionVotes.Should().Be(votes);
        certificate.EstimationVotes.Should().Be(new VoteCounts([.. votes.AsSpan().ToArray().Select(count => 20 * count)]));
        (certificate.SelectedLabel, certificate.N).Should().Be((votes.Top, 160), "16 votes decide nothing");
        certificate.PALower.Should().BeApproximately(ClopperPearson.Lower(20 * votes[votes.Top], 160, .2), 1e-12);
    }

    [Fact]
    public void Consensus_of_rows_does_not_depend_on_the_other_rows()
    {
        using DisposeScope scope = NewDisposeScope();
        ConsensusClassifier classifier = new(Members(), 2);
        Tensor all = classifier.Classify(Rows);
        for (int row = 0; row < 8; row++)
            classifier.Classify(Rows.narrow(0, row, 1)).equal(all.narrow(0, row, 1)).all().item<bool>().Should().BeTrue();
    }

    [Fact]
    public void Mean_weighted_and_max_margin_answer_as_the_reference()
    {
        using DisposeScope scope = NewDisposeScope();
        JsonElement expected = s_golden.GetProperty("ensembles").GetProperty("aggregation");
        Given[] members = Members();
        Labels(new EnsembleClassifier(members).Classify(Rows)).Should()
            .Equal(Integers(expected.GetProperty("mean_logits_each_prefix")[members.Length - 1]));
        Labels(new MaxMarginClassifier(members).Classify(Rows)).Should().Equal(Integers(expected.GetProperty("max_margin_label")));

        // Weights of a prefix's members alone are that prefix's mean.
        for (int prefix = 1; prefix <= members.Length; prefix++)
        {
            double[] weights = [.. Enumerable.Range(0, members.Length).Select(i => i < prefix ? .5 : 0)];
            Labels(new WeightedClassifier(members, weights).Classify(Rows)).Should()
                .Equal(Integers(expected.GetProperty("mean_logits_each_prefix")[prefix - 1]));
        }
    }

    [Fact]
    public void Entropy_selects_as_the_reference()
    {
        using DisposeScope scope = NewDisposeScope();
        JsonElement golden = s_golden.GetProperty("aces").GetProperty("entropy_selection");
        Tensor logits = golden.GetProperty("logits").Tensor();
        EntropySelector.Entropy(logits).ShouldBe(golden.GetProperty("normalised_entropy"), 1e-9);
        foreach (JsonProperty vote in golden.GetProperty("vote_by_threshold").EnumerateObject())
        {
            double threshold = double.Parse(vote.Name, System.Globalization.CultureInfo.InvariantCulture);
            if (threshold > 0) // at exactly 0 a rounding decides whether 2e-20 is nothing
                Labels(new EntropySelector(new Given(logits), threshold).Classify(arange(6))).Should().Equal(Integers(vote.Value));
        }
    }

    [Fact]
    public void Settings_and_members_are_checked_and_named()
    {
        Given[] members = Members();
        FluentActions.Invoking(() => new ConsensusClassifier(members, 5)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new MaxMarginClassifier()).Should().Throw<ArgumentException>();
        foreach (double[] weights in new double[][] { [1, 1], [0, 0, 0, 0], [1, 1, 1, -1], [1, 1, 1, double.NaN] })
            FluentActions.Invoking(() => new WeightedClassifier(members, weights)).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => new EntropySelector(members[0], 1.5)).Should().Throw<ArgumentOutOfRangeException>();
        new[]
        {
            new ConsensusClassifier(members, 2).Info.Fingerprint, new ConsensusClassifier(members, 3).Info.Fingerprint,
            new MaxMarginClassifier(members).Info.Fingerprint, new EnsembleClassifier(members).Info.Fingerprint,
            new WeightedClassifier(members, [1, 2, 3, 4]).Info.Fingerprint, new WeightedClassifier(members, [1, 2, 3, 5]).Info.Fingerprint,
            new EntropySelector(members[0], .5).Info.Fingerprint, new EntropySelector(members[0], .25).Info.Fingerprint,
        }.Should().OnlyHaveUniqueItems();
    }

    // Images are the numbers of rows.
    private static Tensor Rows => arange(8);

    private static Given[] Members()
    {
        Tensor logits = s_golden.GetProperty("ensembles").GetProperty("logits").Tensor();
        return [.. Enumerable.Range(0, (int)logits.shape[0]).Select(i => new Given(logits.select(0, i)))];
    }

    private static long[] Labels(Tensor logits) => logits.argmax(1).data<long>().ToArray();

    private static long[] Integers(JsonElement list) => [.. list.EnumerateArray().Select(value => value.GetInt64())];

    private sealed class Given(Tensor logits) : IClassifier
    {
        public int Calls { get; private set; }

        public int ClassCount => (int)logits.shape[1];

        public Tensor Classify(Tensor images)
        {
            Calls++;
            return logits.index_select(0, images.to_type(ScalarType.Int64));
        }
    }
}
