using DenoisedSmoothing.Data;
using DenoisedSmoothing.Preprocessing;
using DenoisedSmoothing.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Data;

public class LabeledImagesFromTests
{
    private static readonly LabeledImages Four =
        new(Enumerable.Range(0, 48).Select(i => (byte)(5 * i)).ToArray(), new byte[] { 2, 0, 1, 2 }, 3, 2, 2, ["a", "b", "c"]);

    [Fact]
    public void From_takes_the_same_bytes_labels_and_names_and_leaves_no_tensor()
    {
        LiveTensors.ShouldNotChange(() =>
        {
            CollectingProgress<int> progress = new();
            LabeledImages copy = LabeledImages.From(new Foreign(Four), progress: progress);
            copy.Should().NotBeSameAs(Four);
            copy.Fingerprint.Should().Be(Four.Fingerprint);
            copy.ClassNames.Should().Equal("a", "b", "c");
            progress.Reports.Should().Equal(1, 2, 3, 4);
        });
    }

    [Fact]
    public void From_what_is_in_memory_already_takes_it_as_it_is() => LabeledImages.From(Four).Should().BeSameAs(Four);

    [Fact]
    public void From_a_range_takes_only_that()
    {
        LabeledImages two = LabeledImages.From(Four, range: new DatasetRange { Start = 1, Skip = 2 });
        two.Count.Should().Be(2);
        (two.Label(0), two.Label(1)).Should().Be((0, 2));
        two.Pixels(1).SequenceEqual(Four.Pixels(3)).Should().BeTrue();
    }

    [Fact]
    public void From_every_byte_survives_the_way_through_a_tensor()
    {
        LabeledImages bytes = new(Enumerable.Range(0, 256).Select(i => (byte)i).ToArray(), new byte[] { 0 }, 1, 16, 16, ["a"]);
        LabeledImages.From(new Foreign(bytes)).Pixels(0).SequenceEqual(bytes.Pixels(0)).Should().BeTrue();
    }

    [Fact]
    public void From_images_of_several_sizes_need_a_preprocess()
    {
        Foreign images = new(new LabeledImages(new byte[2], new byte[2], 1, 1, 1, ["a"]), index => index == 0
            ? full(3, 256, 256, .2f)
            : full(3, 300, 260, .4f));
        Action act = () => LabeledImages.From(images);
        act.Should().Throw<InvalidDataException>()
            .WithMessage("image 1 is 3x300x260*image 0 is 3x256x256*new ImagePreprocess().Resize(256).CenterCrop(224)*");
        LabeledImages cut = LabeledImages.From(images.Prepared(new ImagePreprocess().Resize(256).CenterCrop(224)));
        (cut.Count, cut.Height, cut.Width).Should().Be((2, 224, 224));
    }

    [Fact]
    public void From_pixels_between_the_bytes_are_refused_not_rounded()
    {
        Action half = () => LabeledImages.From(new Foreign(Four, _ => full(3, 2, 2, .5f)));
        half.Should().Throw<InvalidDataException>().WithMessage("image 0 has a pixel of 0.5, which is not a multiple of 1/255.");
    }

    [Fact]
    public void From_nothing_or_too_many_classes_is_refused_and_cancellation_is_obeyed()
    {
        Action none = () => LabeledImages.From(Four, range: new DatasetRange { Max = 0 });
        none.Should().Throw<ArgumentException>().WithMessage("There are no images*");
        Action many = () => LabeledImages.From(new ImageFiles(".", [("a.png", 256)], [.. Enumerable.Range(0, 257).Select(i => $"{i}")]));
        many.Should().Throw<ArgumentException>().WithMessage("257 classes*256*");
        Action cancelled = () => LabeledImages.From(new Foreign(Four), cancellationToken: new CancellationToken(canceled: true));
        cancelled.Should().Throw<OperationCanceledException>();
    }
}
