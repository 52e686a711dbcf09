namespace DenoisedSmoothing.Tests.Abstractions;

public class InputShapeTests
{
    [Fact]
    public void ToString_speaks_of_images()
    {
        new InputShape(1, 28, 28).ToString().Should().Be("grey 28x28 images");
        new InputShape(3).ToString().Should().Be("colour images");
        new InputShape(3, multiple: 8).ToString().Should().Be("colour images whose height and width are multiples of 8");
        new InputShape(4, 32, 48).ToString().Should().Be("32x48 images of 4 channels");
        new InputShape(3, height: 32).ToString().Should().Be("colour 32x? images");
    }

    [Fact]
    public void Fits_images_and_batches_of_its_shape_alone()
    {
        InputShape shape = new(1, 28, 28);
        shape.Fits([1, 28, 28]).Should().BeTrue();
        shape.Fits([100, 1, 28, 28]).Should().BeTrue();
        foreach (long[] other in new long[][] { [3, 28, 28], [1, 28, 32], [1, 32, 28], [28, 28], [1, 1, 1, 28, 28], [] })
            shape.Fits(other).Should().BeFalse();
        new InputShape(3, multiple: 4).Fits([3, 8, 12]).Should().BeTrue();
        new InputShape(3, multiple: 4).Fits([3, 8, 10]).Should().BeFalse();
    }

    [Theory]
    [InlineData(1, 28, new long[] { 3, 32, 32 }, "This pair takes grey 28x28 images; yours are 3x32x32. Read them as grey.*")]
    [InlineData(3, 32, new long[] { 7, 1, 28, 28 },
        "This pair takes colour 32x32 images; yours are 1x28x28. Read them as colour, or wrap*GreyToColorClassifier*")]
    [InlineData(3, 224, new long[] { 7, 3, 32, 32 },
        "This pair takes colour 224x224 images; yours are 3x32x32. Resize or crop them to 224x224 before the noise.*")]
    [InlineData(3, 32, new long[] { 32, 32 }, "This pair takes colour 32x32 images, as [C,H,W] or [N,C,H,W]; got [32,32].*")]
    public void Require_says_what_is_taken_what_came_and_what_to_do(int channels, int size, long[] shape, string message)
    {
        Action act = () => new InputShape(channels, size, size).Require(shape, "This pair");
        act.Should().Throw<ArgumentException>().WithMessage(message);
    }

    [Fact]
    public void Constructor_refuses_numbers_below_one()
    {
        foreach (Func<InputShape> make in new Func<InputShape>[] { () => new(0), () => new(1, 0), () => new(1, 1, 0), () =>
            new(1, multiple: 0) })
            make.Should().Throw<ArgumentOutOfRangeException>();
    }
}
