using Certify;
using DenoisedSmoothing.Testing;

namespace DenoisedSmoothing.Certify.Tests;

public class DataOptionsTests
{
    private static readonly string Goldens = Golden.PathOf("datasets");

    [Theory]
    [InlineData("cifar10", "train", 5)]
    [InlineData("cifar10", "test", 2)]
    [InlineData("cifar100", "train", 2)]
    [InlineData("cifar100", "test", 1)]
    public void Open_reads_the_split_of_a_data_set(string kind, string split, int count) => DataOptions.Open(kind, Goldens, split, grey: false).Count.Should().Be(count);

    [Fact]
    public void Open_bundled_is_the_500_test_images() => DataOptions.Open("bundled", null, "test", grey: false).Count.Should().Be(500);

    [Fact]
    public void Open_folder_takes_the_split_where_there_is_one_and_reads_grey()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory();
        try
        {
            foreach (string split in new[] { "train", "test" })
            {
                string at = folder.CreateSubdirectory($"{split}/cat").FullName;
                File.Copy(Path.Combine(Goldens, "pictures", "rgb.png"), Path.Combine(at, $"{split}.png"));
            }

            File.WriteAllText(Path.Combine(folder.FullName, "list.csv"), "test/cat/test.png,cat\n");
            IImageDataset test = DataOptions.Open("folder", folder.FullName, "test", grey: true), list = DataOptions.Open("csv", Path.Combine(folder.FullName, "list.csv"), "test", grey: false);
            test.ImageName(0).Should().Be("cat/test.png");
            using TorchSharp.torch.Tensor grey = test.Image(0), colour = list.Image(0);
            grey.shape.Should().Equal(1, 19, 22);
            colour.shape.Should().Equal(3, 19, 22);
            DataOptions.Open("folder", Path.Combine(folder.FullName, "train"), "test", grey: false).ImageName(0).Should().Be("cat/train.png");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("imagenet", "x", "test", false, "*'imagenet' is no kind*folder*")]
    [InlineData("cifar10", null, "test", false, "*need a path*")]
    [InlineData("cifar10", "x", "val", false, "*'val' is no split*")]
    [InlineData("cifar10", "x", "test", true, "*grey*")]
    [InlineData("bundled", null, "train", false, "*no training images*")]
    [InlineData("bundled", "x", "test", false, "*no path*")]
    public void Open_what_makes_no_sense_is_refused(string kind, string? path, string split, bool grey, string message)
    {
        Action act = () => DataOptions.Open(kind, path, split, grey);
        act.Should().Throw<ArgumentException>().WithMessage(message);
    }
}
