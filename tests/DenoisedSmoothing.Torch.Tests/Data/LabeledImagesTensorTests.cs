using DenoisedSmoothing.Data;
using DenoisedSmoothing.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Data;

public class LabeledImagesTensorTests
{
    private static readonly LabeledImages Three =
        new(Enumerable.Range(0, 24).Select(i => (byte)(10 * i)).ToArray(), new byte[] { 2, 0, 1 }, 2, 2, 2, ["a", "b", "c"]);

    [Fact]
    public void Images_and_labels_come_in_the_order_asked_for()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor images = Three.Images([2, 0, 2]), labels = Three.Labels([2, 0, 2]);
        images.shape.Should().Equal(3, 2, 2, 2);
        Images.ValuesOf(images).Should()
            .Equal(new[] { 16, 0, 16 }.SelectMany(start => Enumerable.Range(start, 8)).Select(i => 10 * i / 255f));
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
}
