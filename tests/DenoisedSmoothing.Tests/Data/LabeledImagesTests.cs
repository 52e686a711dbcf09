using DenoisedSmoothing.Data;

namespace DenoisedSmoothing.Tests.Data;

public class LabeledImagesTests
{
    private static readonly string[] Names = ["cat", "dog"];

    [Fact]
    public void Pixels_and_labels_are_those_of_the_image()
    {
        LabeledImages images = new(new byte[] { 1, 2, 3, 4, 5, 6, 7, 8 }, new byte[] { 1, 0 }, channels: 2, height: 1, width: 2, Names);
        (images.Count, images.Channels, images.Height, images.Width, images.ClassCount).Should().Be((2, 2, 1, 2, 2));
        images.Pixels(1).ToArray().Should().Equal(5, 6, 7, 8);
        images.Label(0).Should().Be(1);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(2)]
    [InlineData(int.MinValue)]
    [InlineData(1 << 30)] // times four bytes an image it is 0 again in 32 bits
    public void Pixels_index_out_of_range_is_refused(int index)
    {
        LabeledImages images = new(new byte[8], new byte[] { 1, 0 }, channels: 2, height: 1, width: 2, Names);
        Action act = () => images.Pixels(index);
        act.Should().Throw<ArgumentOutOfRangeException>();
    }

    [Theory]
    [InlineData(8, 2, 1, 2, 3)]
    [InlineData(7, 2, 2, 1, 2)]
    [InlineData(0, 1, 1, 1, 1)]
    public void Constructor_sizes_that_do_not_fit_are_refused(int bytes, int labels, int channels, int height, int width)
    {
        Action act = () => _ = new LabeledImages(new byte[bytes], new byte[labels], channels, height, width, Names);
        act.Should().Throw<ArgumentException>().WithMessage($"*{labels} labels*{bytes} pixel bytes*{channels}x{height}x{width}*");
    }

    [Theory]
    [InlineData(-1, -2, 2)]
    [InlineData(0, 2, 2)]
    [InlineData(2, 0, 2)]
    [InlineData(2, 2, -2)]
    public void Constructor_sizes_below_one_are_refused(int channels, int height, int width)
    {
        Action act = () => _ = new LabeledImages(new byte[Math.Max(0, channels * height * width * 2)], new byte[2], channels, height, width,
            Names);
        act.Should().Throw<ArgumentException>();
        Action huge = () => _ = new LabeledImages(Array.Empty<byte>(), new byte[4], 1 << 30, 1 << 30, 4, Names); // 2^64 bytes wrap to 0
        huge.Should().Throw<ArgumentException>();
    }

    [Fact]
    public void Constructor_height_width_channels_in_another_order_are_noticed()
    {
        Action act = () => _ = new LabeledImages(new byte[32 * 32 * 3], new byte[1], channels: 32, height: 32, width: 3, Names);
        act.Should().Throw<ArgumentException>().WithMessage("*32x32x3 look like [H,W,C]*C x H x W*");
    }

    [Fact]
    public void Constructor_copies_the_names()
    {
        string[] names = ["cat", "dog"];
        LabeledImages images = new(new byte[1], new byte[1], 1, 1, 1, names);
        names[0] = "emu";
        images.ClassNames.Should().Equal("cat", "dog");
    }

    [Fact]
    public void Constructor_label_without_a_class_is_refused()
    {
        Action act = () => _ = new LabeledImages(new byte[2], new byte[] { 0, 2 }, 1, 1, 1, Names);
        act.Should().Throw<ArgumentException>().WithMessage("*Label 2*2 classes*");
    }

    [Fact]
    public void FromIdx_reads_a_pair_and_names_digits()
    {
        LabeledImages images = FromIdx([0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 1, 2, 3, 4], [0, 0, 8, 1, 0, 0, 0, 2, 9, 0]);
        images.Pixels(1).ToArray().Should().Equal(3, 4);
        images.Label(0).Should().Be(9);
        images.ClassNames.Should().Equal("0", "1", "2", "3", "4", "5", "6", "7", "8", "9");
    }

    [Fact]
    public void FromIdx_swapped_or_foreign_files_are_refused()
    {
        byte[] images = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 1, 1, 2], labels = [0, 0, 8, 1, 0, 0, 0, 2, 1, 0], three =
            [0, 0, 8, 1, 0, 0, 0, 3, 1, 0, 1];
        Action swapped = () => FromIdx(labels, images), twice = () => FromIdx(images, images), foreign = () => FromIdx(images, three);
        swapped.Should().Throw<InvalidDataException>().WithMessage("images*swapped?*");
        twice.Should().Throw<InvalidDataException>().WithMessage("labels*swapped?*");
        foreign.Should().Throw<InvalidDataException>().WithMessage("images has 2 images, labels 3 labels*belong together?*");
    }

    private static LabeledImages FromIdx(byte[] images, byte[] labels)
    {
        using MemoryStream imageStream = new(images), labelStream = new(labels);
        return LabeledImages.FromIdx(IdxFile.Read(imageStream, "images"), "images", IdxFile.Read(labelStream, "labels"), "labels", null);
    }
}
