using DenoisedSmoothing.Data;
using DenoisedSmoothing.Preprocessing;
using DenoisedSmoothing.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Data;

public sealed class ImageDatasetsTests : IDisposable
{
    private static readonly string Pictures = Golden.PathOf("datasets/pictures");

    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void RequireOneShape_names_the_images_and_what_brings_them_to_one()
    {
        ImageFiles images = TwoSizes();
        Action all = () => images.RequireOneShape(), same = () => images.RequireOneShape(new DatasetRange { Start = 1 });
        all.Should().Throw<InvalidDataException>().WithMessage(
            "wide.png is 3x6x8 (channels x height x width), and high.png is 3x8x6*new ImagePreprocess().Resize(256).CenterCrop(224)*");
        same.Should().NotThrow("the other image is not among those selected");
        Action prepared = () => images.Prepared(new ImagePreprocess().Resize(4).CenterCrop(4)).RequireOneShape();
        prepared.Should().NotThrow();
    }

    [Fact]
    public void RequireOneShape_passes_over_what_it_cannot_know()
    {
        File.WriteAllText(Path.Combine(_folder, "broken.png"), "no image");
        File.Copy(Path.Combine(Pictures, "rgb.png"), Path.Combine(_folder, "a.png"));
        Action files = () => new ImageFiles(_folder, [("broken.png", 0), ("gone.png", 0), ("a.png", 0)], ["a"]).RequireOneShape();
        Action foreign = () => new Foreign(new LabeledImages(new byte[2], new byte[2], 1, 1, 1, ["a"]), index => ones(1, 1 + index, 1))
            .RequireOneShape();
        files.Should().NotThrow();
        foreign.Should().NotThrow();
    }

    [Fact]
    public void Prepared_images_are_those_that_the_preprocessing_makes()
    {
        LabeledImages images = new(Enumerable.Range(0, 96).Select(i => (byte)(2 * i)).ToArray(), new byte[] { 1, 0 }, 3, 4, 4, ["a", "b"]);
        ImagePreprocess preprocess = new ImagePreprocess().CenterCrop(2).Grey();
        IImageDataset prepared = images.Prepared(preprocess);
        (prepared.Count, prepared.Label(0), prepared.ImageName(1)).Should().Be((2, 1, "image 1"));
        prepared.ClassNames.Should().Equal("a", "b");
        prepared.Fingerprint.Should().StartWith(images.Fingerprint).And.EndWith("; middle 2x2, grey");
        prepared.ShapeOf(1).Should().Be(new ImageShape(1, 2, 2));
        LiveTensors.ShouldNotChange(() =>
        {
            using Tensor own = images.Image(1), expected = preprocess.Apply(own), got = prepared.Image(1);
            Images.ValuesOf(got).Should().Equal(Images.ValuesOf(expected));
        });
    }

    [Fact]
    public void Prepared_image_that_does_not_fit_counts_as_one_that_cannot_be_read()
    {
        IImageDataset prepared = TwoSizes().Prepared(new ImagePreprocess().CenterCrop(7, 5));
        List<string> skipped = [];
        prepared.ShapeOf(1).Should().BeNull();
        foreach (SmoothingImage image in prepared.Read(null, (_, error) => skipped.Add(error.Message)))
            image.Pixels.Dispose();
        skipped.Should().Equal(
            "wide.png: An image of 6x8 is too small for a crop of 7x5. Resize it first.",
                "wide2.png: An image of 6x8 is too small for a crop of 7x5. Resize it first.");
    }

    [Fact]
    public void Every_data_set_gives_what_Predict_and_Certify_take()
    {
        string goldens = Golden.PathOf("datasets");
        string[] names = [.. Directory.EnumerateFiles(Pictures).Select(path => Path.GetFileName(path))];
        ImageFiles files = new(Pictures, names.Select(name => (name, 0)), ["picture"]);
        IImageDataset[] sets =
        [
            Cifar10.Test(Path.Combine(goldens, "cifar-10-batches-bin")), Cifar100.Test(Path.Combine(goldens, "cifar-100-python")),
                FashionMnistPair.TestImages(),
            files, new ImageFiles(Pictures, names.Select(name => (name, 0)), ["picture"], new ImageFileOptions { Grey = true }),
            files.Prepared(new ImagePreprocess().Resize(40, Resampling.Bicubic).CenterCrop(32)),
                LabeledImages.From(files.Prepared(new ImagePreprocess().ResizeTo(9, 7))),
        ];
        foreach (IImageDataset set in sets)
        {
            for (int index = 0; index < Math.Min(set.Count, 50); index++)
            {
                using Tensor image = set.Image(index);
                image.dtype.Should().Be(ScalarType.Float32);
                ImageShape shape = set.ShapeOf(index)!.Value;
                image.shape.Should().Equal(shape.Channels, shape.Height, shape.Width);
                shape.Channels.Should().BeOneOf(1, 3);
                float[] values = Images.ValuesOf(image);
                values.Should().OnlyContain(value => value >= 0 && value <= 1);
                set.Label(index).Should().BeInRange(0, set.ClassNames.Count - 1);
            }
        }
    }

    private ImageFiles TwoSizes()
    {
        // The content decides about the format, not the name: these are BMP, 24 bits a pixel.
        Write("high.png", 8, 6);
        Write("wide.png", 6, 8);
        Write("wide2.png", 6, 8);
        return new ImageFiles(_folder, [("high.png", 0), ("wide.png", 0), ("wide2.png", 0)], ["a"]);

        void Write(string name, int height, int width)
        {
            byte[] bmp = new byte[54 + height * ((3 * width + 3) / 4 * 4)];
            "BM"u8.CopyTo(bmp);
            foreach (var (at, value) in new[] { (2, bmp.Length), (10, 54), (14, 40), (18, width), (22, height), (26, 1 | (24 << 16)) })
                BitConverter.GetBytes(value).CopyTo(bmp, at);
            File.WriteAllBytes(Path.Combine(_folder, name), bmp);
        }
    }
}
