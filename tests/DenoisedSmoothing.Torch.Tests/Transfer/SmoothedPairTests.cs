using DenoisedSmoothing.Noise;
using DenoisedSmoothing.Testing;
using DenoisedSmoothing.Transfer;
using DenoisedSmoothing.Votes;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Transfer;

public class SmoothedPairTests
{
    private static readonly CohenCertifier Certifier = new(n0: 50, n: 400, alpha: .01);

    private static readonly CertificateTransfer Few = new(pairs: 300, alpha: .01);

    [Fact]
    public void Transfer_counts_what_both_classifiers_vote_on_the_same_noise()
    {
        using Tensor image = full([1, 1, 4], .4f);
        IBaseClassifier first = Threshold(.2f), second = Threshold(.4f);
        Certificate certificate = Certify(first, image);
        SmoothedPair pair = new(first, second, Few, new SmoothingOptions { Seed = 9 });

        TransferredCertificate transferred = pair.Transfer(image, certificate);

        // The same rows by hand: f votes 1 above .2, f' above .4.
        ISmoothingNoise noise = SmoothingNoises.Of(certificate);
        float[] values = Images.ValuesOf(image);
        long[] expected = new long[4];
        for (int sample = 0; sample < 300; sample++)
        {
            float[] noisy = new float[4];
            noise.AddTo(9, new NoiseCoordinate(0, 3, VotePhase.Estimation, sample), values, noisy);
            bool f = noisy[0] > .2f, successor = noisy[0] > .4f;
            expected[(int)((f, successor) switch { (true, true) => PairOutcome.Kept, (true, false) => PairOutcome.Lost, (false, false) =>
                PairOutcome.Agreed, _ => PairOutcome.Changed })]++;
        }

        transferred.Pairs.Should().Be(new VoteCounts(expected));
        transferred.Pairs[(int)PairOutcome.Lost].Should().BeGreaterThan(10);
        transferred.Should().Be(Few.Conclude(certificate, transferred.Pairs) with { Provenance = transferred.Provenance });
        (transferred.Provenance!.Seed, transferred.Provenance.ImageIndex, transferred.Provenance.BaseClassifier).Should()
            .Be((9ul, 3L, "threshold 0.4"));
        transferred.Provenance.ImageHash.Should().Be(certificate.Provenance!.ImageHash);
    }

    [Fact]
    public void Transfer_to_itself_loses_nothing_but_the_bound()
    {
        using Tensor image = full([1, 1, 4], .4f);
        IBaseClassifier classifier = Threshold(.1f);
        Certificate certificate = Certify(classifier, image);

        TransferredCertificate transferred = new SmoothedPair(classifier, Threshold(.1f), Few).Transfer(image, certificate);

        transferred.Pairs[(int)PairOutcome.Lost].Should().Be(0);
        transferred.Pairs[(int)PairOutcome.Changed].Should().Be(0);
        transferred.Label.Should().Be(1);
        transferred.Radius.Should().BeInRange(.8 * certificate.Radius, certificate.Radius);
    }

    [Fact]
    public void Transfer_scores_that_are_not_finite_are_lost_votes()
    {
        using Tensor image = full([1, 1, 4], .4f);
        IBaseClassifier classifier = Threshold(-9), broken =
            new Named(new FakeClassifier(2, noisy => full([noisy.shape[0], 2], float.NaN)), "broken");

        TransferredCertificate transferred = new SmoothedPair(classifier, broken, Few).Transfer(image, Certify(classifier, image));

        transferred.Pairs[(int)PairOutcome.Lost].Should().Be(300);
        (transferred.Abstained, transferred.Radius).Should().Be((true, 0));
    }

    [Fact]
    public void Transfer_to_another_class_count_is_refused() =>
        FluentActions.Invoking(() => new SmoothedPair(Threshold(0), FakeClassifier.Constant(1, 2, 3)))
            .Should().Throw<ArgumentException>().WithMessage("*2 classes, its successor 3*");

    [Fact]
    public void Transfer_of_what_was_not_certified_here_is_refused()
    {
        using Tensor image = full([1, 1, 4], .4f), other = full([1, 1, 4], .41f);
        IBaseClassifier classifier = Threshold(.1f);
        Certificate certificate = Certify(classifier, image);
        SmoothedPair pair = new(classifier, Threshold(.2f), Few);

        Refused(image, certificate with { Provenance = null }, "*does not say where*");
        Refused(image, certificate with { Label = null, Radius = 0 }, "*abstains*");
        Refused(other, certificate, "*image is*");
        Refused(image, With(certificate.Provenance! with
        {
            BaseClassifier = "another",
        }), "*classifier is another, here it is threshold 0.1*");
        Refused(image, With(certificate.Provenance with { Precision = "bfloat16" }), "*precision is bfloat16*");
        Refused(image, With(certificate.Provenance with { Device = "cuda" }), "*device is cuda*");

        new SmoothedPair(classifier, Threshold(.2f), Few, new SmoothingOptions { Seed = 5 })
            .Invoking(same => same.Transfer(image, certificate)).Should().Throw<ArgumentException>()
                .WithMessage("*seed is the certificate's*");
        pair.Invoking(p => p.Transfer(image, With(certificate.Provenance with
        {
            Noise = "none",
        }))).Should().Throw<FormatException>().WithMessage("*'none'*");

        Certificate With(Provenance provenance) => certificate with { Provenance = provenance };

        void Refused(Tensor of, Certificate what, string message) =>
            pair.Invoking(p => p.Transfer(of, what)).Should().Throw<ArgumentException>().WithMessage(message);
    }

    [Fact]
    public void Transfer_leaves_no_tensor()
    {
        using Tensor image = full([1, 1, 4], .4f);
        IBaseClassifier classifier = Threshold(.1f);
        Certificate certificate = Certify(classifier, image);
        SmoothedPair pair = new(classifier, Threshold(.2f), Few);
        LiveTensors.ShouldNotChange(() => pair.Transfer(image, certificate));
    }

    private static Certificate Certify(IBaseClassifier classifier, Tensor image) =>
        new SmoothedClassifier([classifier], .25, Certifier, new SmoothingOptions { Batch = 64, Seed = 5 }).Certify(new(image, 3));

    /// <summary>Label 1 where the first pixel is above an edge.</summary>
    private static Named Threshold(float edge) => new(
        new FakeClassifier(2, noisy =>
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor margin = noisy.flatten(1).select(1, 0) - edge;
            return stack([zeros_like(margin), margin], 1).MoveToOuterDisposeScope();
        }),
        System.FormattableString.Invariant($"threshold {edge}"));
}
