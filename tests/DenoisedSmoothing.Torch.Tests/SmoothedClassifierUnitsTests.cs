using DenoisedSmoothing.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests;

/// <summary>
/// Numbers and images in another unit or order than the library's: an error where it is certain, a warning where it is likely.
/// </summary>
public class SmoothedClassifierUnitsTests
{
    private static readonly CohenCertifier Small = new(n0: 4, n: 40, alpha: .05, predictN: 20);

    [Theory]
    [InlineData(128, "*128 is 0.502*")]
    [InlineData(16, "*16 is 0.06275*")]
    public void Sigma_for_pixels_of_0_to_255_is_refused(double sigma, string message)
    {
        Action act = () => _ = Smoothed(FakeClassifier.Constant(0, 1), sigma);
        act.Should().Throw<ArgumentOutOfRangeException>().WithMessage("*pixels in [0,1]*divide by 255*" + message);
    }

    [Theory]
    [InlineData(.12, 0)]
    [InlineData(2, 0)]
    [InlineData(2.5, 1)]
    [InlineData(15.9, 1)]
    public void Sigma_that_drowns_every_image_is_warned_of(double sigma, int warnings) =>
        Smoothed(FakeClassifier.Constant(0, 1), sigma).Warnings.Count(warning => warning.Contains("drowns", StringComparison.Ordinal))
            .Should().Be(warnings);

    [Fact]
    public void Warnings_say_without_a_logger_what_n_can_never_certify()
    {
        CohenCertifier hopeless = new(n: 3, alpha: .001, predictN: 3);
        new SmoothedClassifier([FakeClassifier.Constant(0, 1)], .25, hopeless).Warnings.Should().Equal(hopeless.Warnings(2))
            .And.HaveCount(2);
        new SmoothedClassifier([FakeClassifier.Constant(0, 1)], .25).Warnings.Should().BeEmpty();
    }

    [Fact]
    public void Warnings_say_what_a_budget_can_never_pay()
    {
        SmoothedClassifier smoothed = new(
            [FakeClassifier.Constant(0, 1)], .25, new CohenCertifier(n: 1000, predictN: 100), new SmoothingOptions
            {
                Budget = new Budget { Votes = 500 },
            });
        smoothed.Warnings.Should().ContainSingle().Which.Should().Contain("budget of 500 votes").And.Contain("certification");
        using Tensor image = Images.Grey(1, 2, 2);
        smoothed.Certify(image).Abstained.Should().BeTrue();
        smoothed.Predict(image).Label.Should().Be(1);
    }

    [Theory]
    [InlineData(new long[] { 28, 28, 3 })]
    [InlineData(new long[] { 224, 224, 1 })]
    [InlineData(new long[] { 5, 6, 4 })]
    public void Image_with_channels_last_is_refused_with_what_to_do(long[] shape)
    {
        using Tensor image = Images.Grey(shape);
        Action act = () => Smoothed(FakeClassifier.Constant(0, 1)).Certify(image);
        act.Should().Throw<ArgumentException>().WithMessage("*[C,H,W]*looks like [H,W,C]*FromHwcBytes*permute(2, 0, 1)*");
    }

    [Fact]
    public void Image_that_looks_like_channels_last_is_taken_where_the_model_declares_it()
    {
        using Tensor image = Images.Grey(28, 28, 3);
        Smoothed(new Declared(new InputShape(28, 28, 3))).Certify(image).Label.Should().Be(1);
    }

    [Theory]
    [InlineData(new long[] { 3, 32, 32 }, "*takes grey 28x28 images; yours are 3x32x32*grey*Resize*")]
    [InlineData(new long[] { 1, 32, 32 }, "*takes grey 28x28 images; yours are 1x32x32*Resize*")]
    [InlineData(new long[] { 28, 28, 1 }, "*[C,H,W]*[28,28,1]*FromHwcBytes*")]
    public void Image_of_another_shape_than_the_bundled_pair_takes_is_refused_in_words_of_images(long[] shape, string message)
    {
        using FashionMnistPair pair = FashionMnistPair.Load();
        SmoothedClassifier smoothed = new(pair.Denoiser, pair.Classifier, .5, Small);
        smoothed.InputShape.Should().Be(new InputShape(1, 28, 28));
        using Tensor image = Images.Grey(shape);
        Action certify = () => smoothed.Certify(image), predict = () => smoothed.Predict(image);
        certify.Should().Throw<ArgumentException>().WithMessage(message);
        predict.Should().Throw<ArgumentException>().WithMessage(message);
    }

    [Fact]
    public void Image_grey_for_a_colour_model_is_refused_with_the_adapters()
    {
        using Tensor image = Images.Grey(1, 8, 8);
        Action act = () => Smoothed(new Declared(new InputShape(3))).Certify(image);
        act.Should().Throw<ArgumentException>().WithMessage("*takes colour images; yours are 1x8x8*GreyToColorDenoiser*");
    }

    [Fact]
    public void Parts_that_take_different_images_are_refused_before_any_work()
    {
        using FashionMnistPair pair = FashionMnistPair.Load();
        Action act = () => _ = new SmoothedClassifier(new DescribedDenoiser(new InputShape(3, 32, 32)), pair.Classifier, .5, Small);
        act.Should().Throw<InvalidOperationException>().WithMessage("*do not belong together*colour 32x32*grey 28x28*");
    }

    private static SmoothedClassifier Smoothed(IBaseClassifier classifier, double sigma = .5) => new([classifier], sigma, Small);

    private sealed class Declared(InputShape shape) : IBaseClassifier, IDescribed
    {
        public PartInfo Info => new("declared") { InputShape = shape };

        public int ClassCount => 2;

        public Tensor Score(Tensor noisy, NoiseContext noise) => tensor([0f, 1f]).unsqueeze(0).repeat(noisy.shape[0], 1);
    }

    private sealed class DescribedDenoiser(InputShape shape) : IDenoiser, IDescribed
    {
        public PartInfo Info => new("denoiser") { InputShape = shape };

        public Tensor Denoise(Tensor noisy, NoiseContext noise) => noisy.clone();
    }
}
