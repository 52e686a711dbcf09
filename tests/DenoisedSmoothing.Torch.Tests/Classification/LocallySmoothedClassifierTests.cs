using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Denoising;
using DenoisedSmoothing.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Classification;

public class LocallySmoothedClassifierTests
{
    private static readonly DelegateDenoiser s_half = new((x, _) => x * .5, "half");

    [Fact]
    public void Score_is_the_mean_of_the_copies_softmax()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor noisy = Images.Random(1, 4, 1, 2, 2);
        LocallySmoothedClassifier classifier = new(s_half, new DelegateClassifier(4, x => 5 * x.flatten(1)), 3, .2);

        Tensor scores = classifier.Score(noisy, new NoiseContext(.5, Normals));

        // Copy i has stream i of part 1 of 2: 2, 4 and 6.
        Tensor expected = new[] { 2, 4, 6 }.Select(stream => softmax(5 * (noisy * .5 + .2 * Normals(stream)).flatten(1), 1))
            .Aggregate((a, b) => a + b) / 3;
        Parity.RelativeError(scores, expected).Should().BeLessThan(1e-6);
        Images.ValuesOf(scores.sum(1)).Should().OnlyContain(sum => Math.Abs(sum - 1) < 1e-6);
        classifier.ClassCount.Should().Be(4);
    }

    [Fact]
    public void Score_of_a_classifier_of_labels_ranks_by_votes()
    {
        using DisposeScope scope = NewDisposeScope();
        int call = 0;
        int[][] labels = [[0, 2], [1, 2], [1, 0]];
        LocallySmoothedClassifier classifier = new(s_half, new LabelClassifier(3, _ => labels[call++]), 3);
        Tensor scores = classifier.Score(zeros(2, 1, 2, 2), new NoiseContext(.5, _ => zeros(2, 1, 2, 2)));
        Images.ValuesOf(scores.argmax(1).to_type(ScalarType.Float32)).Should().Equal(1, 2);
        call.Should().Be(3);
    }

    [Fact]
    public void Score_stochastic_denoiser_has_streams_of_its_own()
    {
        using DisposeScope scope = NewDisposeScope();
        List<int> streams = [];
        NoiseContext noise = new(.5, stream =>
        {
            streams.Add(stream);
            return zeros(4, 1, 2, 2);
        });
        DelegateDenoiser denoiser = new((x, inner) => x + inner.Draw(1) + inner.Draw(2));
        new LocallySmoothedClassifier(denoiser, new FlatClassifier(2), 3).Score(zeros(4, 1, 2, 2), noise);
        streams.Should().Equal(1, 3, 2, 4, 6);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.NegativeInfinity)]
    public void Score_that_is_no_number_is_no_vote(float score)
    {
        using Tensor image = Images.Grey(1, 2, 2);
        DelegateClassifier classifier = new(2, x => tensor(new[] { 1, score }).unsqueeze(0).repeat(x.shape[0], 1));
        Action act = () => new SmoothedClassifier([new LocallySmoothedClassifier(s_half, classifier)], .5, new CohenCertifier(10, 10, .05))
            .Certify(image);
        act.Should().Throw<InvalidOperationException>().WithMessage("*NaN or infinite*");
    }

    [Fact]
    public void Score_leaves_its_input_and_no_tensor()
    {
        using Tensor noisy = Images.Random(1, 4, 1, 2, 2);
        float[] before = Images.ValuesOf(noisy);
        LocallySmoothedClassifier classifier = new(new IdentityDenoiser(), new DelegateClassifier(4, x => x.flatten(1)), 9);
        LiveTensors.ShouldNotChange(() => classifier.Score(noisy, new NoiseContext(.5, Normals)).Dispose());
        Images.ValuesOf(noisy).Should().Equal(before);
    }

    [Fact]
    public void Fingerprint_and_reach_are_the_parts()
    {
        LabelClassifier labels = new(2, _ => [], "labels");
        new LocallySmoothedClassifier(s_half, labels).Info.Fingerprint.Should().Be("local(5;0.25;half+labels)");
        new LocallySmoothedClassifier(s_half, labels, 4).Info.Fingerprint.Should().Be("local(4;0.25;half+labels)");
        new LocallySmoothedClassifier(s_half, labels, localSigma: .12).Info.Fingerprint.Should().Be("local(5;0.12;half+labels)");
        new LocallySmoothedClassifier(new LimitedDenoiser(.75), labels).Info.LargestSigma.Should().Be(.75);
        new LocallySmoothedClassifier(s_half, labels).Info.LargestSigma.Should().Be(double.PositiveInfinity);
        new LocallySmoothedClassifier(s_half, labels).Info.Precision.Should().Be("float32");
    }

    [Fact]
    public void Constructor_refuses_what_cannot_be()
    {
        FlatClassifier flat = new(2);
        foreach (double sigma in new[] { 0, -1, double.NaN, double.PositiveInfinity })
            FluentActions.Invoking(() => new LocallySmoothedClassifier(s_half, flat, 5, sigma)).Should()
                .Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new LocallySmoothedClassifier(s_half, flat, 0)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new LocallySmoothedClassifier(null!, flat)).Should().Throw<ArgumentNullException>();
        FluentActions.Invoking(() => new LocallySmoothedClassifier(s_half, null!)).Should().Throw<ArgumentNullException>();
    }

    private static Tensor Normals(int stream) => SyntheticWeights.Input((uint)stream, [4, 1, 2, 2]);
}
