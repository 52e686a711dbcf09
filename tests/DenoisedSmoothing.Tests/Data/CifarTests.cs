using System.Text;
using DenoisedSmoothing.Data;
using DenoisedSmoothing.Testing;

namespace DenoisedSmoothing.Tests.Data;

/// <summary>
/// Against files in CIFAR's layouts, written by Python 2's cPickle, by Python 3 with numpy, and byte by byte (Goldens/datasets/cifar.py).
/// </summary>
public sealed class CifarTests : IDisposable
{
    private static readonly string Goldens = Golden.PathOf("datasets");

    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("cifar-10-batches-bin")]
    [InlineData("cifar-10-batches-py")]
    public void Cifar10_both_versions_hold_the_same_images_in_the_order_of_the_batches(string version)
    {
        string folder = Path.Combine(Goldens, version);
        ShouldHold(Cifar10.Train(folder), 10, 0, 1, 2, 3, 4);
        ShouldHold(Cifar10.Test(folder), 10, 5, 6);
        Cifar10.Test(folder).ClassNames.Should().Equal(Cifar10.ClassNames).And.StartWith("airplane").And.EndWith("truck");
    }

    [Theory]
    [InlineData("cifar-100-binary")]
    [InlineData("cifar-100-python")]
    public void Cifar100_both_versions_hold_the_same_images_with_fine_and_coarse_labels(string version)
    {
        string folder = Path.Combine(Goldens, version);
        ShouldHold(Cifar100.Train(folder), 100, 0, 1);
        ShouldHold(Cifar100.Test(folder), 100, 2);
        ShouldHold(Cifar100.Test(folder, coarse: true), 20, 2);
        Cifar100.Train(folder).ClassNames.Should().HaveCount(100).And.HaveElementAt(42, "fine42");
        Cifar100.Train(folder, coarse: true).ClassNames.Should().HaveCount(20).And.HaveElementAt(7, "coarse07");
    }

    [Theory]
    [InlineData("cifar-10-protocol2-str")]
    [InlineData("cifar-10-protocol2-bytes")]
    [InlineData("cifar-10-protocol4-str")]
    [InlineData("cifar-10-protocol4-bytes")]
    public void Cifar10_pickled_again_by_Python_3_is_read_too(string version) =>
        ShouldHold(Cifar10.Test(Path.Combine(Goldens, version)), 10, 5, 6);

    [Fact]
    public void Folder_above_the_unpacked_one_will_do()
    {
        ShouldHold(Cifar10.Test(Goldens), 10, 5, 6);
        ShouldHold(Cifar100.Test(Goldens), 100, 2);
    }

    [Fact]
    public void Folder_without_either_version_says_what_was_looked_for()
    {
        Action train = () => Cifar10.Train(_folder), test = () => Cifar10.Test(_folder), hundred = () => Cifar100.Train(_folder);
        train.Should().Throw<FileNotFoundException>()
            .WithMessage(
            $"*cifar-10-batches-bin/data_batch_1.bin to data_batch_5.bin*cifar-10-batches-py/data_batch_1 to data_batch_5*{_folder}*kriz*");
        test.Should().Throw<FileNotFoundException>().WithMessage("*test_batch.bin*cifar-10-batches-py/test_batch*");
        hundred.Should().Throw<FileNotFoundException>().WithMessage("*fine_label_names.txt*cifar-100-python/meta*");
    }

    [Fact]
    public void Missing_batch_is_an_error_not_a_smaller_data_set()
    {
        Copy("cifar-10-batches-bin", _folder);
        File.Delete(Path.Combine(_folder, "data_batch_3.bin"));
        Action act = () => Cifar10.Train(_folder);
        act.Should().Throw<FileNotFoundException>().WithMessage("*5 files*");
    }

    [Fact]
    public void Binary_file_cut_short_or_with_an_impossible_label_is_refused()
    {
        Copy("cifar-10-batches-bin", _folder);
        string path = Path.Combine(_folder, "test_batch.bin");
        byte[] bytes = File.ReadAllBytes(path);
        Action act = () => Cifar10.Test(_folder);
        File.WriteAllBytes(path, bytes[..^1]);
        act.Should().Throw<InvalidDataException>().WithMessage("*test_batch.bin*6145 bytes*3073*");
        File.WriteAllBytes(path, [.. bytes[..3073], 10, .. bytes[3074..]]);
        act.Should().Throw<InvalidDataException>().WithMessage("*label 10*10 classes*");
        File.WriteAllBytes(path, []);
        act.Should().Throw<InvalidDataException>();
    }

    [Theory]
    [InlineData("test_batch.bin")]
    [InlineData("test_batch")]
    public void Other_kinds_of_files_are_named(string name)
    {
        File.WriteAllText(Path.Combine(_folder, name), "version https://git-lfs.github.com/spec/v1\noid sha256:0\n");
        Action act = () => Cifar10.Test(_folder);
        act.Should().Throw<InvalidDataException>().WithMessage($"*{name}: it is a pointer of Git LFS*but a file of CIFAR is needed*");
    }

    [Theory]
    [InlineData("cos\nsystem\nU\u0004echo\u0085R.", "*'os.system'*Nothing of the file was run*")]
    [InlineData("c__builtin__\neval\n.", "*'__builtin__.eval'*")]
    [InlineData("ctorch._utils\n_rebuild_tensor_v2\n.", "*_rebuild_tensor_v2*")]
    [InlineData("K\u0001.", "*not a dictionary*")]
    [InlineData("}U\u0006labels]s.", "*'data'*")]
    [InlineData("}.", "*'labels'*")]
    [InlineData("}U\u0006labels]K\u0001as", "*ends early*")]
    [InlineData("cnumpy\ndtype\n(tR.", "*numpy.dtype*")]
    [InlineData("}}b.", "*state of something that has none*")]
    public void Hostile_or_foreign_pickle_is_refused_by_its_name(string pickle, string message)
    {
        File.WriteAllBytes(Path.Combine(_folder, "test_batch"), Encoding.Latin1.GetBytes("\u0080\u0002" + pickle));
        Action act = () => Cifar10.Test(_folder);
        act.Should().Throw<InvalidDataException>().WithMessage(message).Which.Message.Should().Contain("test_batch");
    }

    [Theory]
    [InlineData("K\u0002M\0\u000c\u0086", "u1", "\u0089", "*does not fit*")] // two images announced, none there
    [InlineData("J\u00ff\u00ff\u00ff\u00ffK\0\u0086", "u1", "\u0089", "*makes no sense*")]
    [InlineData("J\u00ff\u00ff\u00ff\u007fJ\u00ff\u00ff\u00ff\u007f\u0086", "u1", "\u0089", "*makes no sense*")]
    [InlineData("K\0M\0\u000c\u0086", "f8", "\u0089", "*'f8'*unsigned bytes*")]
    [InlineData("K\0M\0\u000c\u0086", "u1", "\u0088", "*column by column*")]
    public void Array_whose_parts_do_not_fit_is_refused(string shape, string type, string columnMajor, string message)
    {
        string array = "cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\0\u0085U\u0001b\u0087R"
            + $"(K\u0001{shape}cnumpy\ndtype\nU\u0002{type}K\0K\u0001\u0087R{columnMajor}U\0tb";
        File.WriteAllBytes(Path.Combine(_folder, "test_batch"),
            Encoding.Latin1.GetBytes($"\u0080\u0002}}U\u0006labels]sU\u0004data{array}s."));
        Action act = () => Cifar10.Test(_folder);
        act.Should().Throw<InvalidDataException>().WithMessage(message);
    }

    [Fact]
    public void Damaged_files_are_read_or_refused_and_nothing_else()
    {
        Random random = new(4);
        ByteMutator mutator = new(random);
        foreach (string file in new[] { "cifar-10-batches-py/test_batch", "cifar-10-protocol2-str/test_batch",
            "cifar-10-protocol4-bytes/test_batch", "cifar-10-batches-py/batches.meta" })
        {
            byte[] sound = File.ReadAllBytes(Path.Combine(Goldens, file));
            for (int i = 0; i < 500; i++)
            {
                byte[] damaged = mutator.Damage(sound, 0, sound.Length);
                try
                {
                    NumpyPickle.Read(new MemoryStream(damaged), file);
                }
                catch (InvalidDataException e)
                {
                    e.Message.Should().StartWith(file);
                }
            }
        }
    }

    private static void ShouldHold(LabeledImages images, int classes, params int[] numbers)
    {
        (images.Count, images.Channels, images.Height, images.Width).Should().Be((numbers.Length, 3, 32, 32));
        for (int i = 0; i < numbers.Length; i++)
        {
            int n = numbers[i];
            images.Label(i).Should().Be(7 * n % classes);
            images.Pixels(i).ToArray().Should().Equal(Enumerable.Range(0, 3072).Select(k => (byte)(37 * n + 7 * k + 50 * (k / 1024))));
        }
    }

    private static void Copy(string from, string to)
    {
        foreach (string path in Directory.EnumerateFiles(Path.Combine(Goldens, from)))
            File.Copy(path, Path.Combine(to, Path.GetFileName(path)));
    }
}
