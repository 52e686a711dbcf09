using DenoisedSmoothing.Data;
using DenoisedSmoothing.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Data;

public class LabeledImagesTensorTests
{
    private static readonly LabeledImages Three = new(Enumerable.Range(0, 24).Select(i => (byte)(10 * i)).ToArray(), new byte[] { 2, 0, 1 }, 2, 2, 2, ["a", "b", "c"]);

    [Fact]
    public void Images_and_labels_come_in_the_order_asked_for()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor images = Three.Images([2, 0, 2]), labels = Three.Labels([2, 0, 2]);
        images.shape.Should().Equal(3, 2, 2, 2);
        Images.ValuesOf(images).Should().Equal(new[] { 16, 0, 16 }.SelectMany(start => Enumerable.Range(start, 8)).Select(i => 10 * i / 255f));
        labels.dtype.Should().Be(ScalarType.Int64);
        labels.data<long>().ToArray().Should().Equal(1, 2, 1);
    }

    [Fact]
    public void Image_is_one_of_images_and_leaves_nothing_else()
    {
        LiveTensors.ShouldNotChange(() =>
        {
            using Tensor image = Three.Image(1);
            image.shape.Should().Equal(2, 2, 2);
            Images.ValuesOf(image).Should().Equal(Enumerable.Range(8, 8).Select(i => 10 * i / 255f));
        });
    }

    [Fact]
    public void CopyOf_reads_every_pixel_and_label_as_it_is()
    {
        LabeledImages copy = LabeledImages.CopyOf(new Foreign(Three));
        copy.Fingerprint.Should().Be(Three.Fingerprint); // pixels, labels and sizes
        copy.ClassNames.Should().Equal("a", "b", "c");
        LabeledImages.CopyOf(Three).Should().BeSameAs(Three);
        LiveTensors.ShouldNotChange(() => LabeledImages.CopyOf(new Foreign(Three)));
    }

    [Fact]
    public void CopyOf_refuses_what_bytes_of_one_size_cannot_hold()
    {
        Action size = () => LabeledImages.CopyOf(new Foreign(Three, index => index == 2 ? zeros(2, 2, 3) : zeros(2, 2, 2)));
        Action pixel = () => LabeledImages.CopyOf(new Foreign(Three, index => full(2, 2, 2, .5f + index)));
        Action none = () => LabeledImages.CopyOf(new Foreign(new LabeledImages(default, default, 1, 1, 1, ["a"])));
        size.Should().Throw<InvalidDataException>().WithMessage("image 2 has shape*2,2,3*one size*");
        pixel.Should().Throw<InvalidDataException>().WithMessage("image 0*0.5*multiple of 1/255*");
        none.Should().Throw<ArgumentException>().WithMessage("*no images*");
    }

    private sealed class Foreign(LabeledImages images, Func<int, Tensor>? read = null) : IImageDataset
    {
        public int Count => images.Count;

        public IReadOnlyList<string> ClassNames => images.ClassNames;

        public string Fingerprint => "foreign";

        public string ImageName(int index) => images.ImageName(index);

        public int Label(int index) => images.Label(index);

        public Tensor Image(int index) => read is null ? images.Image(index) : read(index);
    }
}
