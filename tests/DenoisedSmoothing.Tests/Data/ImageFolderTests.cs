using DenoisedSmoothing.Data;

namespace DenoisedSmoothing.Tests.Data;

public sealed class ImageFolderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Open_labels_and_order_are_those_of_torchvision()
    {
        Make("n02/a.JPG", "n02/B.jpg", "n02/x/1.png", "n02/x-1/2.png", "n02/x/y/3.png", "n02/x/y.png", "n02/é.png", "n01/10.png", "n01/9.png",
            "n01/.h.jpeg", "n01/note.txt", "n01/z.jpg.txt", "N03/a.bmp", "n10/q.webp", "top.png");
        Directory.CreateDirectory(Path.Combine(_folder, "n011"));
        ImageFiles images = ImageFolder.Open(_folder);

        // The loops of torchvision.datasets.folder (find_classes, make_dataset), run in Python 3.11 over this tree.
        images.ClassNames.Should().Equal("N03", "n01", "n011", "n02", "n10");
        Enumerable.Range(0, images.Count).Select(i => $"{images.Label(i)} {images.ImageName(i)}").Should().Equal(
            "0 N03/a.bmp", "1 n01/.h.jpeg", "1 n01/10.png", "1 n01/9.png", "3 n02/B.jpg", "3 n02/a.JPG", "3 n02/é.png",
            "3 n02/x/1.png", "3 n02/x/y.png", "3 n02/x-1/2.png", "3 n02/x/y/3.png", "4 n10/q.webp");
    }

    [Fact]
    public void Open_folder_that_is_absent_flat_or_empty_is_refused()
    {
        Action absent = () => ImageFolder.Open(Path.Combine(_folder, "none")), open = () => ImageFolder.Open(_folder);
        absent.Should().Throw<DirectoryNotFoundException>().WithMessage("*none*");
        Make("a.png");
        open.Should().Throw<InvalidDataException>().WithMessage("*no subfolders*CSV*");
        Make("cat/note.txt");
        open.Should().Throw<InvalidDataException>().WithMessage("*no image*.jpeg*'cat'*");
    }

    [Fact]
    public void Fingerprint_follows_names_sizes_and_labels_not_the_place_of_the_folder()
    {
        Make("one/cat/a.png", "one/cat/b.png", "one/dog/c.png", "two/cat/a.png", "two/cat/b.png", "two/dog/c.png");
        string one = Path.Combine(_folder, "one"), two = Path.Combine(_folder, "two");
        string before = ImageFolder.Open(one).Fingerprint;
        before.Should().StartWith("files 3x3 ").And.Be(ImageFolder.Open(two).Fingerprint);
        ImageFolder.Open(one, new ImageFileOptions { Grey = true }).Fingerprint.Should().NotBe(before);
        File.WriteAllText(Path.Combine(two, "cat", "b.png"), "longer");
        string longer = ImageFolder.Open(two).Fingerprint;
        File.Move(Path.Combine(two, "cat", "b.png"), Path.Combine(two, "cat", "d.png"));
        string renamed = ImageFolder.Open(two).Fingerprint;
        File.Move(Path.Combine(two, "cat", "d.png"), Path.Combine(two, "dog", "d.png"));
        string relabelled = ImageFolder.Open(two).Fingerprint;
        new[] { before, longer, renamed, relabelled }.Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public void ImageFiles_label_without_a_class_is_refused()
    {
        Action act = () => _ = new ImageFiles(_folder, [("a.png", 0), ("b.png", 2)], ["cat", "dog"]);
        act.Should().Throw<ArgumentException>().WithMessage("b.png: label 2*2 classes*");
    }

    [SkippableFact]
    public void Image_without_native_Skia_names_the_package_to_add()
    {
        // This project has no native package of SkiaSharp on Linux; elsewhere it comes with the managed one.
        Skip.IfNot(OperatingSystem.IsLinux(), "SkiaSharp brings its native library on this system.");
        Make("cat/a.png");
        Action act = () => ImageFolder.Open(_folder).Image(0);
        act.Should().Throw<DllNotFoundException>().WithMessage("*SkiaSharp.NativeAssets.Linux.NoDependencies*");
    }

    private void Make(params string[] paths)
    {
        foreach (string path in paths)
        {
            string full = Path.Combine(_folder, path);
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            File.WriteAllText(full, "x");
        }
    }
}
