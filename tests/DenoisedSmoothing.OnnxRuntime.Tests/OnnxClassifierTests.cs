using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Denoising;
using DenoisedSmoothing.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.OnnxRuntime.Tests;

public sealed class OnnxClassifierTests : IDisposable
{
    private readonly OnnxModels _models = new();

    public void Dispose() => _models.Dispose();

    [Theory]
    [InlineData("n", "s")]
    [InlineData("n", 6L)]
    [InlineData(2L, 6L)]
    public void Classify_gives_the_models_logits(object batch, object size)
    {
        using DisposeScope scope = NewDisposeScope();
        using OnnxClassifier classifier = OnnxClassifier.Load(_models.Classifier(batch, size));
        classifier.ClassCount.Should().Be(4);
        Tensor images = SyntheticWeights.Input(1, [2, 3, 6, 6], 0, 1);
        // The first call learns the output's shape, the others write in place.
        for (int call = 0; call < 3; call++)
            Parity.RelativeError(classifier.Classify(images), Expected(images)).Should().BeLessThan(1e-6);
        if (batch is string)
            Parity.RelativeError(classifier.Classify(images[..1]), Expected(images[..1])).Should().BeLessThan(1e-6);
    }

    [Fact]
    public void Classify_normalises_and_resizes_before_the_model()
    {
        using DisposeScope scope = NewDisposeScope();
        using OnnxClassifier classifier = OnnxClassifier.Load(_models.Classifier("n", 12), null, Normalization.ImageNet, (12, 12));
        Tensor images = SyntheticWeights.Input(1, [2, 3, 6, 6], 0, 1);
        Tensor mean = tensor(new[] { .485f, .456f, .406f }).view(1, 3, 1, 1), std = tensor(new[] { .229f, .224f, .225f }).view(1, 3, 1, 1);
        Tensor expected = Expected(ModuleClassifier.Resize((images - mean) / std, 12, 12));
        Parity.RelativeError(classifier.Classify(images), expected).Should().BeLessThan(1e-6);
    }

    [Fact]
    public void Classify_float16_model_converts_at_the_border_and_says_so()
    {
        using DisposeScope scope = NewDisposeScope();
        using OnnxClassifier classifier = OnnxClassifier.Load(_models.Classifier("n", 6, OnnxType.Float16));
        classifier.Info.Precision.Should().Be("float16");
        Tensor images = SyntheticWeights.Input(1, [2, 3, 6, 6], 0, 1);
        for (int call = 0; call < 2; call++)
        {
            Tensor logits = classifier.Classify(images);
            logits.dtype.Should().Be(ScalarType.Float32);
            Parity.RelativeError(logits, Expected(images)).Should().BeInRange(1e-8, 2e-3);
        }
    }

    [Fact]
    public void Classify_takes_strided_images()
    {
        using DisposeScope scope = NewDisposeScope();
        using OnnxClassifier classifier = OnnxClassifier.Load(_models.Classifier("n", 6));
        Tensor images = SyntheticWeights.Input(1, [2, 6, 6, 3], 0, 1).permute(0, 3, 1, 2);
        Parity.RelativeError(classifier.Classify(images), Expected(images)).Should().BeLessThan(1e-6);
    }

    [Fact]
    public void Classify_another_batch_than_the_fixed_one_is_refused_with_the_remedy()
    {
        using OnnxClassifier classifier = OnnxClassifier.Load(_models.Classifier(2, 6));
        using Tensor images = zeros(3, 3, 6, 6);
        classifier.Invoking(it => it.Classify(images)).Should().Throw<ArgumentException>()
            .WithMessage("*[2,3,6,6]*[3,3,6,6]*SmoothingOptions.Batch = 2*");
    }

    [Fact]
    public void Classify_another_size_than_the_fixed_one_is_refused_with_the_remedy()
    {
        using OnnxClassifier classifier = OnnxClassifier.Load(_models.Classifier("n", 6));
        using Tensor images = zeros(3, 3, 8, 8);
        classifier.Invoking(it => it.Classify(images)).Should().Throw<ArgumentException>()
            .WithMessage("*[?,3,6,6]*[3,3,8,8]*resize to 6x6*");
    }

    [Fact]
    public void Classify_leaves_no_tensor_alive()
    {
        using OnnxClassifier classifier = OnnxClassifier.Load(_models.Classifier("n", 6), null, Normalization.ImageNet);
        using Tensor images = rand(4, 3, 6, 6);
        classifier.Classify(images).Dispose();
        LiveTensors.ShouldNotChange(() =>
        {
            for (int call = 0; call < 3; call++)
                classifier.Classify(images).Dispose();
        });
    }

    [Fact]
    public void Classify_from_many_threads_gives_the_same_bits()
    {
        using OnnxClassifier classifier = OnnxClassifier.Load(_models.Classifier("n", 6), null, Normalization.ImageNet);
        using Tensor images = rand(4, 3, 6, 6);
        float[] Logits()
        {
            using Tensor logits = classifier.Classify(images);
            return logits.data<float>().ToArray();
        }

        float[] alone = Logits();
        Parallel.For(0, 64, new ParallelOptions { MaxDegreeOfParallelism = 4 }, _ => Logits().Should().Equal(alone));
    }

    [Fact]
    public void Hosted_contiguous_float_tensor_is_not_copied()
    {
        using Tensor images = rand(2, 3, 6, 6);
        using Tensor hosted = OnnxMemory.Hosted(images, ScalarType.Float32);
        System.Runtime.CompilerServices.Unsafe.AreSame(ref hosted.bytes[0], ref images.bytes[0]).Should().BeTrue();
    }

    [Fact]
    public void Smoothed_classifier_certifies_an_onnx_classifier()
    {
        using OnnxClassifier classifier = OnnxClassifier.Load(_models.Classifier("n", 6));
        SmoothedClassifier smoothed = new(new IdentityDenoiser(), classifier, 0.25, new CohenCertifier(n: 1000), new SmoothingOptions
        {
            Batch = 50,
            Seed = 1,
        });
        using Tensor image = full([3, 6, 6], .5f);
        Certificate certificate = smoothed.Certify(image);
        certificate.Label.Should().Be(3, "twice the mean beats each channel's");
        certificate.Provenance!.BaseClassifier.Should().Contain("onnx:");
    }

    private static Tensor Expected(Tensor images) =>
        images.mean([2, 3]).matmul(tensor(OnnxModels.Weights.Select(weight => (float)weight).ToArray()).view(3, 4));
}
