using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Denoising;
using DenoisedSmoothing.Parts;
using DenoisedSmoothing.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Classification;

public class DenoisedClassifierTests
{
    [Fact]
    public void Score_classifies_what_the_denoiser_returns_and_leaves_nothing()
    {
        using Tensor noisy = Images.Random(1, 4, 1, 2, 2);
        NoiseContext noise = new(.5);
        DenoisedClassifier classifier = new(new Part(.5, "d"), new Part(2, "c"));
        using Tensor expected = noisy.flatten(1).narrow(1, 0, 2) * .5 * 2;
        LiveTensors.ShouldNotChange(() =>
        {
            using Tensor scores = classifier.Score(noisy, noise);
            Images.ValuesOf(scores).Should().Equal(Images.ValuesOf(expected));
        });
        classifier.ClassCount.Should().Be(2);
        noisy.IsInvalid.Should().BeFalse();
    }

    [Fact]
    public void Score_failing_classifier_leaves_nothing()
    {
        using Tensor noisy = Images.Random(1, 4, 1, 2, 2);
        DenoisedClassifier classifier = new(new IdentityDenoiser(), new Failing());
        LiveTensors.ShouldNotChange(() =>
        {
            Action act = () => classifier.Score(noisy, new NoiseContext(.5));
            act.Should().Throw<NotSupportedException>();
        });
    }

    [Fact]
    public void Score_of_parts_that_return_nothing_names_them()
    {
        using Tensor noisy = Images.Random(1, 4, 1, 2, 2);
        foreach ((IDenoiser denoiser, IClassifier classifier, string said) in new (IDenoiser, IClassifier, string)[]
        {
            (new Nothing(), new FlatClassifier(2), "Nothing returned null instead of denoised images."),
            (new IdentityDenoiser(), new Nothing(), "Nothing returned null instead of scores."),
            (new DelegateDenoiser((_, _) => null!), new FlatClassifier(2), "The denoiser returned null."),
            (new IdentityDenoiser(), new DelegateClassifier(2, _ => null!), "The classifier returned null."),
        })
        {
            Action act = () => new DenoisedClassifier(denoiser, classifier).Score(noisy, new NoiseContext(.5));
            act.Should().Throw<InvalidOperationException>().WithMessage(said);
        }
    }

    [Fact]
    public void Fingerprint_and_precision_join_both_parts()
    {
        new DenoisedClassifier(new Part(1, "a"), new Part(1, "b")).Info.Fingerprint.Should().Be("a+b");
        new DenoisedClassifier(new Part(1, "a", "float16"), new Part(1, "b", "float16")).Info.Precision.Should().Be("float16");
        new DenoisedClassifier(new Part(1, "a", "float16"), new Part(1, "b")).Info.Precision.Should().Be("float16+float32");
        new DenoisedClassifier(new LimitedDenoiser(1), new FlatClassifier(2)).Info.Precision.Should().Be("float32");
    }

    [Fact]
    public void LargestSigma_is_the_denoisers()
    {
        new DenoisedClassifier(new LimitedDenoiser(.75), new FlatClassifier(2)).Info.LargestSigma.Should().Be(.75);
        new DenoisedClassifier(new IdentityDenoiser(), new FlatClassifier(2)).Info.LargestSigma.Should().Be(double.PositiveInfinity);
    }

    [Fact]
    public void Constructor_null_is_refused()
    {
        Action denoiser = () => _ = new DenoisedClassifier(null!, new FlatClassifier(2)), classifier = () =>
            _ = new DenoisedClassifier(new IdentityDenoiser(), null!);
        denoiser.Should().Throw<ArgumentNullException>();
        classifier.Should().Throw<ArgumentNullException>();
    }

    [Fact]
    public void PartInfo_unnamed_parts_are_told_apart_and_keep_their_name()
    {
        LimitedDenoiser one = new(1), other = new(1);
        PartInfo.Of(one).Fingerprint.Should().StartWith("LimitedDenoiser#").And.Be(PartInfo.Of(one).Fingerprint)
            .And.NotBe(PartInfo.Of(other).Fingerprint);
    }

    [Fact]
    public void PartInfo_of_a_network_is_that_of_its_weights()
    {
        using nn.Module<Tensor, Tensor> one = FashionMnistPair.NewClassifierNetwork(), other = FashionMnistPair.NewClassifierNetwork();
        SyntheticWeights.Fill(one);
        SyntheticWeights.Fill(other);
        string name = PartInfo.Of(one).Fingerprint;
        name.Should().StartWith("CifarResNet:").And.Be(PartInfo.Of(other).Fingerprint);
        using (no_grad())
            other.state_dict().First(entry => entry.Key.EndsWith("running_mean", StringComparison.Ordinal)).Value.add_(1e-3);
        PartInfo.Of(other).Fingerprint.Should().NotBe(name);
    }

    /// <summary>Multiplies; the classifier's scores are the first two pixels.</summary>
    private sealed class Part(double factor, string name, string precision = "float32") : IDenoiser, IClassifier, IDescribed
    {
        public int ClassCount => 2;

        public PartInfo Info => new(name) { Precision = precision };

        public Tensor Denoise(Tensor noisy, NoiseContext noise) => noisy * factor;

        public Tensor Classify(Tensor images)
        {
            using DisposeScope scope = NewDisposeScope();
            return (images.flatten(1).narrow(1, 0, 2) * factor).MoveToOuterDisposeScope();
        }
    }

    private sealed class Nothing : IDenoiser, IClassifier
    {
        public int ClassCount => 2;

        public Tensor Denoise(Tensor noisy, NoiseContext noise) => null!;

        public Tensor Classify(Tensor images) => null!;
    }

    private sealed class Failing : IClassifier
    {
        public int ClassCount => 2;

        public Tensor Classify(Tensor images) => throw new NotSupportedException();
    }
}
