using DenoisedSmoothing.Data;

namespace DenoisedSmoothing.Tests.Data;

public sealed class MnistFamilyTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Test_finds_t10k_and_names_classes_by_number()
    {
        Write("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte", 9);
        LabeledImages images = MnistFamily.Test(_folder);
        images.Pixels(0).ToArray().Should().Equal(7, 8);
        images.ClassNames.Should().Equal("0", "1", "2", "3", "4", "5", "6", "7", "8", "9");
    }

    [Fact]
    public void Emnist_prefix_part_test_and_more_classes_are_read()
    {
        Write("emnist-balanced-test-images-idx3-ubyte", "emnist-balanced-test-labels-idx1-ubyte", 46);
        LabeledImages images = MnistFamily.Test(_folder, prefix: "emnist-balanced-");
        images.ClassCount.Should().Be(47);
        images.Label(0).Should().Be(46);
    }

    [Fact]
    public void Train_reads_names_with_a_dot()
    {
        Write("train-images.idx3-ubyte", "train-labels.idx1-ubyte", 0);
        MnistFamily.Train(_folder, ["zero"]).ClassNames.Should().Equal("zero");
    }

    [Fact]
    public void Label_without_a_class_is_refused()
    {
        Write("train-images-idx3-ubyte", "train-labels-idx1-ubyte", 2);
        Action act = () => MnistFamily.Train(_folder, ["zero", "one"]);
        act.Should().Throw<InvalidDataException>().WithMessage("*train-labels*label 2*2 classes*");
    }

    [Fact]
    public void Missing_files_are_named()
    {
        Action act = () => MnistFamily.Test(_folder);
        act.Should().Throw<FileNotFoundException>().WithMessage($"t10k-images-idx3-ubyte(.gz) is not in '{_folder}'.");
    }

    private void Write(string images, string labels, byte label)
    {
        File.WriteAllBytes(Path.Combine(_folder, images), [0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2, 7, 8]);
        File.WriteAllBytes(Path.Combine(_folder, labels), [0, 0, 8, 1, 0, 0, 0, 1, label]);
    }
}
