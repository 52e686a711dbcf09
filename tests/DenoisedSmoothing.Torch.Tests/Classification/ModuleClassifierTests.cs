using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Denoising;
using DenoisedSmoothing.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Classification;

public class ModuleClassifierTests
{
    private static readonly Normalization Colours = new([.1f, .2f, .3f], [.5f, .25f, 1]);

    [Fact]
    public void Classify_normalises_by_channel()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor images = Images.Random(1, 2, 3, 2, 2);
        float[] seen = [];
        using ModuleClassifier classifier = new(Network(x => seen = Images.ValuesOf(x)), 2, Colours);

        classifier.Classify(images);

        float[] pixels = Images.ValuesOf(images);
        for (int i = 0; i < pixels.Length; i++)
        {
            int channel = i / 4 % 3;
            seen[i].Should().BeApproximately((pixels[i] - Colours.Mean[channel]) / Colours.Std[channel], 1e-6f);
        }
    }

    [Fact]
    public void Classify_resizes_after_normalising()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor images = Images.Random(1, 2, 3, 8, 8);
        Tensor? seen = null;
        using ModuleClassifier classifier =
            new(Network(x => seen = x.clone().DetachFromDisposeScope()), 2, Normalization.ToSymmetric, (20, 24));

        classifier.Classify(images);

        seen!.shape.Should().Equal(2, 3, 20, 24);
        Parity.RelativeError(seen, ModuleClassifier.Resize(images * 2 - 1, 20, 24)).Should().BeLessThan(1e-6);
        seen.Dispose();
    }

    [Fact]
    public void Classify_without_settings_hands_the_images_on_as_they_are()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor images = Images.Random(1, 2, 3, 8, 8);
        float[] seen = [], before = Images.ValuesOf(images);
        using ModuleClassifier classifier = new(Network(x => seen = Images.ValuesOf(x)), 2, resizeTo: (8, 8));
        classifier.Classify(images);
        seen.Should().Equal(before, "images of the right size are not resampled");
        Images.ValuesOf(images).Should().Equal(before);
    }

    [Fact]
    public void Classify_leaves_no_tensor_once_disposed()
    {
        using Tensor images = Images.Random(1, 2, 3, 8, 8);
        LiveTensors.ShouldNotChange(() =>
        {
            using ModuleClassifier classifier = new(Network(_ => { }), 2, Colours, (5, 5));
            using (DisposeScope scope = NewDisposeScope())
                classifier.Classify(images);
            using (DisposeScope scope = NewDisposeScope()) // the constants outlive the first scope
                classifier.Classify(images);
            LiveTensors.ShouldNotChange(() => classifier.Classify(images).Dispose());
        });
        Images.ValuesOf(images).Should().HaveCount(2 * 3 * 64);
    }

    [Fact]
    public void Classify_after_dispose_of_a_copy_still_works()
    {
        // Dispose frees the constants alone, and they are made anew where needed.
        using DisposeScope scope = NewDisposeScope();
        Tensor images = Images.Random(1, 2, 3, 8, 8);
        using ModuleClassifier classifier = new(Network(_ => { }), 2, Colours);
        float[] before = Images.ValuesOf(classifier.Classify(images));
        classifier.Dispose();
        Images.ValuesOf(classifier.Classify(images)).Should().Equal(before);
    }

    [Fact]
    public void Classify_gradients_flow_after_a_prediction_too()
    {
        // An attacker's order of things: predict first, under the sampler's inference mode, then differentiate.
        using DisposeScope scope = NewDisposeScope();
        Tensor image = Images.Random(1, 1, 3, 2, 2).requires_grad_();
        using ModuleClassifier classifier = new(Network(_ => { }), 2, Colours);
        new SmoothedClassifier(new IdentityDenoiser(), classifier, .5, new CohenCertifier(predictN: 10)).Predict(image);

        classifier.Classify(image).sum().backward();

        image.grad!.abs().sum().item<float>().Should().BeGreaterThan(0);
    }

    [Fact]
    public void Classify_images_of_other_channels_are_refused()
    {
        using Tensor grey = Images.Random(1, 2, 1, 8, 8);
        using ModuleClassifier classifier = new(Network(_ => { }), 2, Colours);
        Action act = () => classifier.Classify(grey);
        act.Should().Throw<ArgumentException>().WithMessage("This classifier takes colour images; yours are 1x8x8. Read them as colour*");
    }

    [Fact]
    public void Constructor_refuses_what_cannot_be_and_puts_the_network_in_evaluation_mode()
    {
        FakeImageNetwork network = Network(_ => { });
        network.train();
        Action classes = () => _ = new ModuleClassifier(network, 1), size = () =>
            _ = new ModuleClassifier(network, 2, resizeTo: (0, 5)), none = () => _ = new ModuleClassifier(null!, 2);
        classes.Should().Throw<ArgumentOutOfRangeException>();
        size.Should().Throw<ArgumentOutOfRangeException>().WithMessage("*at least 1x1*");
        none.Should().Throw<ArgumentNullException>();
        network.training.Should().BeTrue();
        _ = new ModuleClassifier(network, 2);
        network.training.Should().BeFalse();
    }

    [Fact]
    public void Fingerprint_tells_weights_normalisation_and_size_apart()
    {
        using nn.Module<Tensor, Tensor> network = FashionMnistPair.NewClassifierNetwork();
        SyntheticWeights.Fill(network);
        Normalization grey = new([.5f], [.5f]);
        string[] different =
        [
            new ModuleClassifier(network, 10).Info.Fingerprint,
            new ModuleClassifier(network, 10, grey).Info.Fingerprint,
            new ModuleClassifier(network, 10, new Normalization([.5f], [.25f])).Info.Fingerprint,
            new ModuleClassifier(network, 10, grey, (32, 32)).Info.Fingerprint,
        ];
        different.Should().OnlyHaveUniqueItems();
        new ModuleClassifier(network, 10, grey).Info.Fingerprint.Should().Be(different[1]);
    }

    /// <summary>Two classes: the mean and the largest value.</summary>
    private static FakeImageNetwork Network(Action<Tensor> look) => new(x =>
    {
        look(x);
        return stack([x.flatten(1).mean([1]), x.flatten(1).amax(1)], 1);
    });

    [Fact]
    public void Info_input_shape_is_what_normalisation_resizing_and_constructor_tell()
    {
        using nn.Module<Tensor, Tensor> network = FashionMnistPair.NewClassifierNetwork();
        Normalization grey = new([.5f], [.5f]);
        new ModuleClassifier(network, 10) { Input = new InputShape(1, 28, 28) }.Info.InputShape.Should().Be(new InputShape(1, 28, 28));
        new ModuleClassifier(network, 10, grey).Info.InputShape.Should().Be(new InputShape(1));
        new ModuleClassifier(network, 10, grey, (32, 32)).Info.InputShape.Should().Be(new InputShape(1));
    }
}
