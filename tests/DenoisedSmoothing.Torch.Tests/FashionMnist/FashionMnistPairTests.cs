using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Data;
using DenoisedSmoothing.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.FashionMnist;

public class FashionMnistPairTests
{
    [Fact]
    public void TestImages_are_500_with_the_test_sets_labels()
    {
        LabeledImages images = FashionMnistPair.TestImages();
        (images.Count, images.Channels, images.Height, images.Width, images.ClassCount).Should().Be((500, 1, 28, 28, 10));
        // Counted in the first 500 labels of t10k-labels-idx1-ubyte.gz.
        Enumerable.Range(0, 10).Select(label => Enumerable.Range(0, 500).Count(i => images.Label(i) == label))
            .Should().Equal(55, 52, 65, 46, 57, 39, 47, 47, 44, 48);
        Enumerable.Range(0, 6).Select(images.Label).Should().Equal(9, 2, 1, 1, 6, 1);
        images.ClassNames[images.Label(0)].Should().Be("Ankle boot");
    }

    [Fact]
    public void Dispose_of_a_used_pair_leaves_nothing() => LiveTensors.ShouldNotChange(() =>
    {
        using FashionMnistPair pair = FashionMnistPair.Load();
        using IDisposable inference = inference_mode();
        using Tensor images = zeros(2, 1, 28, 28), denoised = pair.Denoiser.Denoise(images, new NoiseContext(0.5));
        pair.Classifier.Classify(denoised).Dispose();
    });

    [Fact]
    public void Pair_given_images_of_another_shape_speaks_of_images()
    {
        using FashionMnistPair pair = FashionMnistPair.Load();
        using Tensor colour = zeros(2, 3, 32, 32), large = zeros(2, 1, 32, 32);
        pair.Denoiser.Invoking(it => it.Denoise(colour, new NoiseContext(0.5))).Should().Throw<ArgumentException>()
            .WithMessage("This denoiser takes grey 28x28 images; yours are 3x32x32. Read them as grey*");
        pair.Classifier.Invoking(it => it.Classify(large)).Should().Throw<ArgumentException>()
            .WithMessage("This classifier takes grey 28x28 images; yours are 1x32x32. Resize*28x28*");
    }

    [Fact]
    public void Classifier_is_right_on_clean_test_images_nine_times_in_ten()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = inference_mode();
        using FashionMnistPair pair = FashionMnistPair.Load();
        (Tensor images, Tensor labels) = All();
        Accuracy(pair, images, labels).Should().BeGreaterThan(.9);
    }

    [Fact]
    public void Pair_is_right_on_denoised_test_images_at_sigma_half_seven_times_in_ten()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = inference_mode();
        using FashionMnistPair pair = FashionMnistPair.Load();
        (Tensor images, Tensor labels) = All();
        Tensor noisy = images + .5 * randn(images.shape, generator: new Generator(5));
        Tensor denoised = cat([.. noisy.split(100).Select(part => pair.Denoiser.Denoise(part, new NoiseContext(.5)))]);

        Accuracy(pair, denoised, labels).Should().BeGreaterThan(.7);
        Accuracy(pair, noisy.clamp(0, 1), labels).Should()
            .BeLessThan(.7, "without its denoiser the classifier should be lost, or this shows nothing");
        ((denoised - images).square().mean().item<float>() / .25).Should().BeLessThan(.1, "nine tenths of the noise should be gone");
    }

    [Fact]
    public void Denoiser_reaches_sigma_one_and_a_half()
    {
        using FashionMnistPair pair = FashionMnistPair.Load();
        ((IDescribed)pair.Denoiser).Info.LargestSigma.Should().BeInRange(1.5, 1.6);
    }

    [Fact]
    public void Certify_an_easy_image_certifies_its_label()
    {
        using FashionMnistPair pair = FashionMnistPair.Load();
        LabeledImages images = FashionMnistPair.TestImages();
        using Tensor image = images.Image(2); // a pair of trousers
        SmoothedClassifier smoothed = new(pair.Denoiser, pair.Classifier, sigma: .5, new CohenCertifier(n0: 8, n: 56), new SmoothingOptions
        {
            Batch = 32,
            Seed = 1,
        });
        Certificate certificate = smoothed.Certify(new(image, 2));
        certificate.Label.Should().Be(images.Label(2));
        certificate.Radius.Should().BeGreaterThan(.3);
    }

    [Fact]
    public void Load_twice_gives_the_same_function_and_name()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = inference_mode();
        using FashionMnistPair one = FashionMnistPair.Load(), other = FashionMnistPair.Load();
        Tensor image = FashionMnistPair.TestImages().Images([7]);
        NoiseContext noise = new(.5);
        DenoisedClassifier first = new(one.Denoiser, one.Classifier), second = new(other.Denoiser, other.Classifier);
        second.Info.Fingerprint.Should().Be(first.Info.Fingerprint);
        Images.ValuesOf(second.Score(image, noise)).Should().Equal(Images.ValuesOf(first.Score(image, noise)));
    }

    [Fact]
    public void LoadFrom_reads_what_was_saved_and_refuses_what_does_not_fit()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory();
        try
        {
            string denoiser = Path.Combine(folder.FullName, "d.safetensors"), classifier = Path.Combine(folder.FullName, "c.safetensors");
            using nn.Module<Tensor, Tensor, Tensor> denoiserNetwork = FashionMnistPair.NewDenoiserNetwork();
            using nn.Module<Tensor, Tensor> classifierNetwork = FashionMnistPair.NewClassifierNetwork();
            SafetensorsWriter.Write(denoiser, denoiserNetwork.state_dict(), null);
            SafetensorsWriter.Write(classifier, classifierNetwork.state_dict(), null);

            // TorchSharp's own Conv2d and Linear leave a tensor behind each when they are made: what a pair leaves is the measure.
            long before = LiveTensors.Count;
            using (FashionMnistPair pair = FashionMnistPair.LoadFrom(denoiser, classifier))
                ((IDescribed)pair.Classifier).Info.Fingerprint.Should().Contain(StateDict.Fingerprint(classifierNetwork)[..16]);
            long left = LiveTensors.Count - before;

            before = LiveTensors.Count;
            Action swapped = () => FashionMnistPair.LoadFrom(classifier, denoiser);
            swapped.Should().Throw<CheckpointException>();
            (LiveTensors.Count - before).Should().Be(left, "a pair that could not be loaded is freed");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static (Tensor Images, Tensor Labels) All()
    {
        LabeledImages images = FashionMnistPair.TestImages();
        int[] all = [.. Enumerable.Range(0, images.Count)];
        return (images.Images(all), images.Labels(all));
    }

    private static double Accuracy(FashionMnistPair pair, Tensor images, Tensor labels) =>
        pair.Classifier.Classify(images).argmax(1).eq(labels).to_type(ScalarType.Float32).mean().item<float>();
}
