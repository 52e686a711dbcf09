using System.Globalization;
using DenoisedSmoothing.Classification;

namespace DenoisedSmoothing.Torch.Tests.Classification;

public class NormalizationTests
{
    [Fact]
    public void ToString_is_the_same_in_every_culture()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("de-DE");
            Normalization.ToSymmetric.ToString().Should().Be("mean=0.5/0.5/0.5 std=0.5/0.5/0.5");
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Theory]
    [InlineData(new float[] { }, new float[] { })]
    [InlineData(new[] { .5f }, new[] { .5f, .5f })]
    [InlineData(new[] { .5f }, new[] { 0f })]
    [InlineData(new[] { .5f }, new[] { -1f })]
    [InlineData(new[] { .5f }, new[] { float.NaN })]
    [InlineData(new[] { .5f }, new[] { float.PositiveInfinity })]
    [InlineData(new[] { float.NaN }, new[] { .5f })]
    public void Constructor_refuses_what_cannot_be(float[] mean, float[] std)
    {
        Action act = () => _ = new Normalization(mean, std);
        act.Should().Throw<ArgumentException>().WithMessage("*one finite mean and one positive std per channel*");
    }

    [Theory]
    [InlineData(123.675f, 58.395f)] // ImageNet's, for pixels from 0 to 255
    [InlineData(.485f, 58.395f)]
    [InlineData(123.675f, .229f)]
    [InlineData(-.5f, .5f)]
    [InlineData(.5f, 1.5f)]
    public void Constructor_values_that_are_not_of_pixels_in_0_to_1_are_refused(float mean, float std)
    {
        Action act = () => _ = new Normalization([mean], [std]);
        act.Should().Throw<ArgumentException>().WithMessage("*Pixels are in [0,1]*divide them by 255*");
    }

    [Fact]
    public void Constructor_only_a_mean_or_pixels_from_0_to_255_are_taken()
    {
        // subtract the mean, as Salman et al.'s InputCenterLayer
        new Normalization([.4914f], [1]).ToString().Should().Be("mean=0.4914 std=1");
        _ = new Normalization([0], [1 / 255f]); // a network that takes 0 to 255
    }

    [Fact]
    public void Constructor_copies()
    {
        float[] mean = [.1f], std = [.2f];
        Normalization normalization = new(mean, std);
        (mean[0], std[0]) = (9, 9);
        normalization.ToString().Should().Be("mean=0.1 std=0.2");
    }

    [Fact]
    public void Presets_are_the_fields()
    {
        // Cohen et al., architectures.py and datasets.py; torchvision's ImageNet constants.
        Normalization.CohenCifar10.ToString().Should().Be("mean=0.4914/0.4822/0.4465 std=0.2023/0.1994/0.201");
        Normalization.ImageNet.ToString().Should().Be("mean=0.485/0.456/0.406 std=0.229/0.224/0.225");
    }
}
