using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Denoising;
using DenoisedSmoothing.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Classification;

public class MajorityVoteClassifierTests
{
    [Fact]
    public void Score_counts_the_runs_votes_ties_going_to_the_lowest_label()
    {
        using DisposeScope scope = NewDisposeScope();
        // Rows by runs: 2 2 1, 0 1 2 (a tie of three), all equal scores (0 each time).
        float[][,] runs =
        [
            new float[,] { { 0, 1, 2 }, { 5, 4, 3 }, { 1, 1, 1 } },
            new float[,] { { -3, -2, -1 }, { 0, 9, 8 }, { 0, 0, 0 } },
            new float[,] { { 0, 7, 0 }, { -1, -1, 0 }, { -4, -4, -4 } },
        ];
        int run = 0;
        MajorityVoteClassifier classifier = new(new FakeClassifier(3, (_, _) => tensor(runs[run++])), 3);

        Tensor votes = classifier.Score(zeros(3, 1, 2, 2), new NoiseContext(.5));

        Images.ValuesOf(votes).Should().Equal(0, 1, 2, 1, 1, 1, 3, 0, 0);
        Images.ValuesOf(votes.argmax(1).to_type(ScalarType.Float32)).Should().Equal(2, 0, 0);
        classifier.ClassCount.Should().Be(3);
    }

    [Fact]
    public void Score_each_run_draws_from_a_part_of_its_own()
    {
        using DisposeScope scope = NewDisposeScope();
        List<int> streams = [];
        NoiseContext noise = new(.5, stream =>
        {
            streams.Add(stream);
            return zeros(1);
        });
        MajorityVoteClassifier classifier = new(new FakeClassifier(2, (noisy, inner) =>
        {
            inner.Sigma.Should().Be(.5);
            inner.Draw(1);
            inner.Draw(2);
            return zeros(noisy.shape[0], 2);
        }), 3);
        classifier.Score(zeros(1, 1, 2, 2), noise);
        streams.Should().Equal(1, 4, 2, 5, 3, 6);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void Score_that_is_no_number_is_no_vote(float score)
    {
        using Tensor image = Images.Grey(1, 2, 2);
        int call = 0;
        MajorityVoteClassifier classifier = new(new FakeClassifier(2, (noisy, _) => call++ % 3 == 1
            ? tensor(new[] { 1, score }).unsqueeze(0).repeat(noisy.shape[0], 1) : zeros(noisy.shape[0], 2)), 3);
        Action act = () => new SmoothedClassifier([classifier], .5, new CohenCertifier(10, 10, .05)).Certify(image);
        act.Should().Throw<InvalidOperationException>().WithMessage("*NaN or infinite*");
    }

    [Fact]
    public void Score_leaves_its_input_and_no_tensor()
    {
        using Tensor noisy = Images.Random(1, 4, 1, 2, 2);
        float[] before = Images.ValuesOf(noisy);
        FakeClassifier inner = new(4, x => x.flatten(1).DetachFromDisposeScope());
        LiveTensors.ShouldNotChange(() => new MajorityVoteClassifier(inner, 5).Score(noisy, new NoiseContext(.5)).Dispose());
        Images.ValuesOf(noisy).Should().Equal(before);
        FakeClassifier wrong = new(4, x => zeros(x.shape[0], 3));
        LiveTensors.ShouldNotChange(() =>
        {
            Action act = () => new MajorityVoteClassifier(wrong, 5).Score(noisy, new NoiseContext(.5));
            act.Should().Throw<InvalidOperationException>().WithMessage("*[4,4]*[4,3]*");
        });
    }

    [Fact]
    public void Fingerprint_precision_and_reach_are_the_inner_ones()
    {
        DenoisedClassifier inner = new(new LimitedDenoiser(.75), new LabelClassifier(2, _ => [], "labels"));
        MajorityVoteClassifier classifier = new(inner, 5);
        (classifier.Info.LargestSigma, classifier.Info.Precision).Should().Be((.75, "float32"));
        new MajorityVoteClassifier(new DenoisedClassifier(new IdentityDenoiser(), new LabelClassifier(2, _ => [], "labels")), 5)
            .Info.Fingerprint.Should().Be("majority(5;identity+labels)");
        new MajorityVoteClassifier(inner, 4).Info.Fingerprint.Should().NotBe(classifier.Info.Fingerprint);
        Action none = () => _ = new MajorityVoteClassifier(inner, 0), nothing = () => _ = new MajorityVoteClassifier(null!, 3);
        none.Should().Throw<ArgumentOutOfRangeException>();
        nothing.Should().Throw<ArgumentNullException>();
    }
}
