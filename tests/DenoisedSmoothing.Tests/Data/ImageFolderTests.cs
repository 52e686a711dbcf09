using DenoisedSmoothing.Data;

namespace DenoisedSmoothing.Tests.Data;

public sealed class ImageFolderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Open_labels_and_order_are_those_of_torchvision()
    {
        Make("n02/a.JPG", "n02/B.jpg", "n02/x/1.png", "n02/x-1/2.png", "n02/x/y/3.png", "n02/x/y.png", "n02/é.png", "n01/10.png",
            "n01/9.png",
            "n01/.h.jpeg", "n01/note.txt", "n01/z.jpg.txt", "N03/a.bmp", "n10/q.webp", "top.png", "n10/g.gif", "n10/t.TIFF",
                ".hidden/a.png",
            "n10/\uff5a.png", "n10/\U0001F600.png", "\U0001F600/1.png", "\uff5a/1.png");
        Directory.CreateDirectory(Path.Combine(_folder, "n011"));
        ImageFiles images = ImageFolder.Open(_folder, allowEmptyClasses: true);

        // The loops of torchvision.datasets.folder (find_classes, make_dataset), run in Python 3.11 over this tree.
        images.ClassNames.Should().Equal(".hidden", "N03", "n01", "n011", "n02", "n10", "\uff5a", "\U0001F600");
        Enumerable.Range(0, images.Count).Select(i => $"{images.Label(i)} {images.ImageName(i)}").Should().Equal(
            "0 .hidden/a.png", "1 N03/a.bmp", "2 n01/.h.jpeg", "2 n01/10.png", "2 n01/9.png", "4 n02/B.jpg", "4 n02/a.JPG", "4 n02/é.png",
            "4 n02/x/1.png", "4 n02/x/y.png", "4 n02/x-1/2.png", "4 n02/x/y/3.png", "5 n10/q.webp", "5 n10/t.TIFF", "5 n10/\uff5a.png",
            "5 n10/\U0001F600.png", "6 \uff5a/1.png", "7 \U0001F600/1.png");
    }

    [Fact]
    public void Open_folder_that_is_absent_flat_or_empty_is_refused()
    {
        Action absent = () => ImageFolder.Open(Path.Combine(_folder, "none")), open = () => ImageFolder.Open(_folder);
        absent.Should().Throw<DirectoryNotFoundException>().WithMessage("*none*");
        Make("a.png");
        open.Should().Throw<InvalidDataException>().WithMessage("*no subfolders*CSV*");
        Make("cat/note.txt");
        open.Should().Throw<InvalidDataException>().WithMessage("*no image*.jpeg*cat'*");
        Action file = () => ImageFolder.Open(Path.Combine(_folder, "a.png"));
        file.Should().Throw<DirectoryNotFoundException>().WithMessage("*is a file*");
    }

    [Fact]
    public void Open_class_folder_without_images_is_refused_as_by_torchvision()
    {
        Make("cat/a.png", "dog/b.png", ".ipynb_checkpoints/note.txt");
        Action open = () => ImageFolder.Open(_folder), none = () => ImageFolder.Open(Path.Combine(_folder, "cat"), allowEmptyClasses: true);
        open.Should().Throw<InvalidDataException>().WithMessage("*no image*.ipynb_checkpoints'. Delete folders that are not classes*");
        ImageFolder.Open(_folder, allowEmptyClasses: true).Label(0).Should().Be(1);
        Directory.CreateDirectory(Path.Combine(_folder, "cat", "x"));
        none.Should().Throw<InvalidDataException>().WithMessage("*no image*");
    }

    [SkippableFact]
    public void Open_names_that_are_not_UTF8_are_listed_and_refused_when_read()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Names are text on this system.");
        Make("a/0.png", "a/z.png", "b/1.png");
        Shell("cd \"$0\" && : > \"$(printf 'a/caf\\351.png')\" && mkdir \"$(printf 'a/sub\\351')\" \"$(printf 'c\\351')\" && : > "
            + "\"$(printf 'c\\351/2.png')\" && : > \"$(printf 'a/sub\\351/3.png')\"");
        ImageFiles images = ImageFolder.Open(_folder);

        // A folder that cannot be opened is listed as one image that cannot be read.
        images.ClassNames.Should().Equal("a", "b", "c\ufffd");
        Enumerable.Range(0, images.Count).Select(i => $"{images.Label(i)} {images.ImageName(i)}").Should().Equal(
            "0 a/0.png", "0 a/caf\ufffd.png", "0 a/z.png", "0 a/sub\ufffd", "1 b/1.png", "2 c\ufffd");
        images.Fingerprint.Should().StartWith("files 6x3 ");
        foreach (int broken in new[] { 1, 3, 5 })
        {
            Action read = () => images.Image(broken);
            read.Should().Throw<InvalidDataException>()
                .WithMessage($"*{images.ImageName(broken)}: a name in this path is not UTF-8*Rename*");
        }

        List<int> skipped = [];
        // No native Skia here: what can be opened fails otherwise, and is not asked for.
        images.Read(new DatasetRange { Start = 1, Skip = 2 }, (index, _) => skipped.Add(index)).Should().BeEmpty();
        skipped.Should().Equal(1, 3, 5);
        Shell("rm -rf \"$0\"/*"); // Dispose could not delete them
    }

    private void Shell(string command)
    {
        using System.Diagnostics.Process shell = System.Diagnostics.Process.Start("/bin/sh", ["-c", command, _folder]);
        shell.WaitForExit();
        shell.ExitCode.Should().Be(0);
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
