using DenoisedSmoothing.Data;

namespace DenoisedSmoothing.Tests.Data;

public class FashionMnistTests
{
    [Fact]
    public void Train_missing_folder_says_where_to_get_the_files()
    {
        string folder = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        Action train = () => FashionMnist.Train(folder), test = () => FashionMnist.Test(folder);
        train.Should().Throw<FileNotFoundException>()
            .WithMessage(
            $"train-images-idx3-ubyte(.gz)*{folder}*dataset-fashion-mnist*{FashionMnist.DebianFolder}*zalandoresearch/fashion-mnist*");
        test.Should().Throw<FileNotFoundException>().WithMessage("t10k-images-idx3-ubyte(.gz)*");
    }

    [Fact]
    public void Train_reads_plain_files_as_well()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory();
        try
        {
            File.WriteAllBytes(Path.Combine(folder.FullName, "train-images-idx3-ubyte"),
                [0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2, 7, 8]);
            File.WriteAllBytes(Path.Combine(folder.FullName, "train-labels-idx1-ubyte"), [0, 0, 8, 1, 0, 0, 0, 1, 9]);
            LabeledImages images = FashionMnist.Train(folder.FullName);
            images.Pixels(0).ToArray().Should().Equal(7, 8);
            images.ClassNames[images.Label(0)].Should().Be("Ankle boot");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [SkippableFact]
    public void Real_files_have_the_published_sizes_and_balance()
    {
        Skip.IfNot(Directory.Exists(FashionMnist.DebianFolder), "The package dataset-fashion-mnist is not installed.");
        foreach ((LabeledImages images, int count) in new[] { (FashionMnist.Train(FashionMnist.DebianFolder), 60_000),
            (FashionMnist.Test(FashionMnist.DebianFolder), 10_000) })
        {
            (images.Count, images.Channels, images.Height, images.Width).Should().Be((count, 1, 28, 28));
            Enumerable.Range(0, count).CountBy(images.Label).Should().HaveCount(10).And.OnlyContain(label => label.Value == count / 10);
        }
    }

    [SkippableFact]
    public void TestImages_of_the_bundled_pair_are_the_first_500_of_the_real_test_set()
    {
        Skip.IfNot(Directory.Exists(FashionMnist.DebianFolder), "The package dataset-fashion-mnist is not installed.");
        LabeledImages bundled = FashionMnistPair.TestImages(), real = FashionMnist.Test(FashionMnist.DebianFolder);
        for (int i = 0; i < bundled.Count; i++)
        {
            bundled.Pixels(i).SequenceEqual(real.Pixels(i)).Should().BeTrue();
            bundled.Label(i).Should().Be(real.Label(i));
        }
    }
}
