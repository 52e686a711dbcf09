using DenoisedSmoothing.Tool;
using DenoisedSmoothing.Data;
using DenoisedSmoothing.Testing;

namespace DenoisedSmoothing.Tool.Tests;

public class DataSourcesTests
{
    private static readonly string Goldens = Golden.PathOf("datasets");

    [Theory]
    [InlineData("cifar10", "train", 5)]
    [InlineData("cifar10", "test", 2)]
    [InlineData("cifar100", "train", 2)]
    [InlineData("cifar100", "test", 1)]
    public void Open_reads_the_split_of_a_data_set(string name, string split, int count) => Open(name, Goldens, split).Count.Should()
        .Be(count);

    [Fact]
    public void Open_bundled_is_the_500_test_images() => Open("bundled", null).Count.Should().Be(500);

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
            IImageDataset test = Open("folder", folder.FullName, grey: true), list = Open("csv", Path.Combine(folder.FullName, "list.csv"));
            test.ImageName(0).Should().Be("cat/test.png");
            using TorchSharp.torch.Tensor grey = test.Image(0), colour = list.Image(0);
            grey.shape.Should().Equal(1, 19, 22);
            colour.shape.Should().Equal(3, 19, 22);
            Open("folder", Path.Combine(folder.FullName, "train")).ImageName(0).Should().Be("cat/train.png");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("cifar10", null, "test", false, "*cifar10 needs --data-path*")]
    [InlineData("csv", null, "test", false, "*the CSV file*")]
    [InlineData("cifar10", "x", "test", true, "*--grey*'cifar10'*")]
    [InlineData("bundled", null, "train", false, "*no --split train*")]
    [InlineData("bundled", "x", "test", false, "*no --data-path*")]
    public void Open_what_makes_no_sense_is_refused(string name, string? path, string split, bool grey, string message)
    {
        Action act = () => Open(name, path, split, grey);
        act.Should().Throw<ArgumentException>().WithMessage(message);
    }

    [Fact]
    public void Open_a_range_without_images_is_refused()
    {
        Action act = () => DataSources.Open(new DataChoice("bundled", null, "test", false, null, new DatasetRange { Start = 500 }, false));
        act.Should().Throw<InvalidDataException>().WithMessage("*has 500*--start*");
    }

    private static IImageDataset Open(string name, string? path, string split = "test", bool grey = false) =>
        DataSources.Open(new DataChoice(name, path, split, grey, null, new DatasetRange(), false));
}
