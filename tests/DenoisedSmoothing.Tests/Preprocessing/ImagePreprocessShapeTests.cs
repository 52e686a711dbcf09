using DenoisedSmoothing.Preprocessing;

namespace DenoisedSmoothing.Tests.Preprocessing;

public class ImagePreprocessShapeTests
{
    [Fact]
    public void ShapeOf_goes_through_the_steps_in_their_order()
    {
        // torchvision 0.x, Resize(256) of 500x375 (width x height): 341x256.
        new ImagePreprocess().Resize(256).ShapeOf(new ImageShape(3, 375, 500)).Should().Be(new ImageShape(3, 256, 341));
        new ImagePreprocess().Resize(256).CenterCrop(224).Grey().ShapeOf(new ImageShape(3, 375, 500)).Should()
            .Be(new ImageShape(1, 224, 224));
        new ImagePreprocess().ResizeTo(20, 30).CenterCrop(10, 12).ShapeOf(new ImageShape(1, 7, 7)).Should().Be(new ImageShape(1, 10, 12));
        new ImagePreprocess().ShapeOf(new ImageShape(4, 2, 3)).Should().Be(new ImageShape(4, 2, 3));
    }

    [Fact]
    public void ShapeOf_what_a_step_cannot_take_is_refused_by_a_sentence()
    {
        Refused(new ImagePreprocess().CenterCrop(32), new ImageShape(3, 40, 28),
            "An image of 40x28 is too small for a crop of 32x32. Resize it first.");
        Refused(new ImagePreprocess().Resize(20).CenterCrop(10, 21), new ImageShape(3, 30, 30),
            "An image of 20x20 is too small for a crop of 10x21*");
        Refused(new ImagePreprocess().Grey(), new ImageShape(2, 4, 4), "*2 channels has no grey*");
        Refused(new ImagePreprocess().Exactly(3, 32, 32), new ImageShape(1, 28, 28),
            "The image is 1x28x28 (channels x height x width), and 3x32x32 is needed.");
        Refused(new ImagePreprocess().Resize(256), new ImageShape(3, 1, 100_000), "*1x100000*256x25600000*");

        static void Refused(ImagePreprocess preprocess, ImageShape shape, string message)
        {
            Action act = () => preprocess.ShapeOf(shape);
            act.Should().Throw<ArgumentException>().WithMessage(message);
        }
    }

    [Fact]
    public void Steps_out_of_range_are_refused()
    {
        ImagePreprocess none = new();
        foreach (Action act in new Action[]
        {
            () => none.Resize(0), () => none.ResizeTo(1, 0), () => none.ResizeTo(0, 1), () => none.CenterCrop(0), () =>
                none.CenterCrop(1, -1), () => none.Resize(5, (Resampling)7),
        })
            act.Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void ToString_tells_every_step_and_a_longer_preprocessing_leaves_the_shorter_alone()
    {
        ImagePreprocess resized = new ImagePreprocess().Resize(256), cropped = resized.CenterCrop(224).Grey();
        resized.ToString().Should().Be("shorter side resized to 256 (bilinear)");
        cropped.ToString().Should().Be("shorter side resized to 256 (bilinear), middle 224x224, grey");
        new ImagePreprocess().ResizeTo(8, 9, Resampling.Bicubic).Exactly(3, 8, 9).ToString().Should()
            .Be("resized to 8x9 (bicubic), exactly 3x8x9");
        new ImagePreprocess().ToString().Should().Be("as it is");
    }
}
