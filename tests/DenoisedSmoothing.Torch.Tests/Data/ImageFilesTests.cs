using System.Text.Json;
using DenoisedSmoothing.Data;
using DenoisedSmoothing.Testing;
using TorchSharp;

namespace DenoisedSmoothing.Torch.Tests.Data;

/// <summary>Against PIL's bytes of the same files (Goldens/datasets/pictures.py).</summary>
public sealed class ImageFilesTests : IDisposable
{
    private static readonly string Pictures = Golden.PathOf("datasets/pictures");

    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Image_of_every_format_and_mode_has_the_pixels_of_PIL_in_colour_and_grey()
    {
        using JsonDocument golden = Golden.Json("datasets/pictures.json");
        string[] names = [.. golden.RootElement.EnumerateObject().Select(file => file.Name)];
        names.Should().HaveCount(39);
        ImageFiles colour = new(Pictures, names.Select(name => (name, 0)), ["picture"]);
        ImageFiles grey = new(Pictures, names.Select(name => (name, 0)), ["picture"], new ImageFileOptions { Grey = true });
        for (int i = 0; i < names.Length; i++)
        {
            JsonElement expected = golden.RootElement.GetProperty(names[i]);
            int height = expected.GetProperty("height").GetInt32(), width = expected.GetProperty("width").GetInt32();
            using torch.Tensor image = colour.Image(i), single = grey.Image(i);
            image.shape.Should().Equal(3, height, width);
            single.shape.Should().Equal(1, height, width);
            byte[] rgb = expected.GetProperty("rgb").GetBytesFromBase64();
            Images.ValuesOf(image).Should()
                .Equal(Enumerable.Range(0, rgb.Length).Select(k => rgb[k % (height * width) * 3 + k / (height * width)] / 255f), names[i]);
            Images.ValuesOf(single).Should()
                .Equal(expected.GetProperty("grey").GetBytesFromBase64().Select(pixel => pixel / 255f), names[i]);
        }
    }

    [Theory]
    [InlineData("sampling2.jpg")]
    [InlineData("progressive.jpg")]
    [InlineData("rgb.png")]
    [InlineData("rgb.bmp")]
    [InlineData("lossy.webp")]
    [InlineData("palette.gif")]
    public void Image_cut_short_is_an_error_that_names_the_file(string name)
    {
        byte[] whole = File.ReadAllBytes(Path.Combine(Pictures, name));
        foreach (int length in new[] { 0, 5, whole.Length / 3, whole.Length / 2, whole.Length * 9 / 10 })
        {
            File.WriteAllBytes(Path.Combine(_folder, name), whole[..length]);
            Action act = () => new ImageFiles(_folder, [(name, 0)], ["picture"]).Image(0);
            act.Should().Throw<InvalidDataException>($"{length} of {whole.Length} bytes").WithMessage($"*{name}: *");
        }
    }

    [Fact]
    public void Image_larger_than_the_limit_is_refused_before_memory_is_taken()
    {
        // A header of 60,000 x 60,000 pixels: 14 GB if it were believed.
        byte[] bomb = File.ReadAllBytes(Path.Combine(Pictures, "rgb.bmp"));
        BitConverter.GetBytes(60_000).CopyTo(bomb, 18);
        BitConverter.GetBytes(60_000).CopyTo(bomb, 22);
        File.WriteAllBytes(Path.Combine(_folder, "bomb.bmp"), bomb);
        Action act = () => new ImageFiles(_folder, [("bomb.bmp", 0)], ["picture"]).Image(0);
        long before = GC.GetAllocatedBytesForCurrentThread();
        act.Should().Throw<InvalidDataException>().WithMessage("*bomb.bmp*");
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(1_000_000);

        Action small = () => new ImageFiles(Pictures, [("rgb.png", 0)], ["picture"], new ImageFileOptions
        {
            MaxPixels = 19 * 22 - 1,
        }).Image(0);
        small.Should().Throw<InvalidDataException>().WithMessage("*rgb.png: 22x19 pixels are more than the 417*");
    }

    [Fact]
    public void Damaged_images_are_read_or_refused_and_nothing_else()
    {
        Random random = new(3);
        ByteMutator mutator = new(random);
        foreach (string path in Directory.EnumerateFiles(Pictures))
        {
            byte[] sound = File.ReadAllBytes(path);
            for (int i = 0; i < 60; i++)
            {
                byte[] input = i < 5 ? new byte[random.Next(200)] : mutator.Damage(sound, 0, sound.Length);
                if (i < 5)
                    random.NextBytes(input);
                try
                {
                    (byte[] rgb, int height, int width) = ImageDecoder.Decode(input, path, 1_000_000);
                    rgb.Should().HaveCount(3 * height * width);
                }
                catch (InvalidDataException e)
                {
                    e.Message.Should().StartWith(path);
                }
            }
        }
    }

    [Fact]
    public void Read_stops_at_a_corrupt_image_or_reports_and_skips_it()
    {
        foreach (string name in new[] { "a.png", "b.png", "c.png", "d.png" })
            File.Copy(Path.Combine(Pictures, "rgb.png"), Path.Combine(_folder, name));
        File.WriteAllText(Path.Combine(_folder, "c.png"), "\u0001\u0002");
        ImageFiles images = new(_folder, [("a.png", 0), ("b.png", 0), ("c.png", 0), ("d.png", 0)], ["picture"]);
        List<long> read = [];
        List<(int, string)> skipped = [];

        LiveTensors.ShouldNotChange(() =>
        {
            foreach (SmoothingImage image in images.Read(new DatasetRange
            {
                Start = 1,
            }, (index, error) => skipped.Add((index, error.Message))))
            {
                using (image.Pixels)
                    read.Add(image.Index!.Value);
            }
        });
        read.Should().Equal(1, 3);
        skipped.Should().ContainSingle().Which.Should()
            .Match<(int Index, string Message)>(one => one.Index == 2 && one.Message.Contains("c.png"));

        read.Clear();
        Action stop = () =>
        {
            foreach (SmoothingImage image in images.Read())
            {
                using (image.Pixels)
                    read.Add(image.Index!.Value);
            }
        };
        stop.Should().Throw<InvalidDataException>().WithMessage("*c.png*");
        read.Should().Equal(0, 1);
    }

    [Fact]
    public void Image_that_has_gone_is_an_error_of_the_file_system_and_never_skipped()
    {
        ImageFiles images = new(_folder, [("gone.png", 0)], ["picture"]);
        Action act = () => _ = images.Read(null, (_, _) => { }).Count();
        act.Should().Throw<FileNotFoundException>().WithMessage("*gone.png*");
    }

    [Fact]
    public void Image_of_another_kind_of_file_is_named()
    {
        (string Content, string Message)[] files =
        [
            ("", "*it is an empty file, but an image is needed*"),
            ("version https://git-lfs.github.com/spec/v1\noid sha256:0\n",
                "*it is a pointer of Git LFS, not the file itself, but an image is needed. Fetch the file: git lfs pull.*"),
            ("<!DOCTYPE html><html></html>", "*it is a web page*"),
            ("\u001f\u008b\u0008\0", "*it is a gzip file*"),
            ("II*\0\u0008\0\0\0", "*not read, such as TIFF. Convert it to PNG.*"),
            ("\u0001\u0002\u0003", "*not an image of a known format*"),
        ];
        ImageFiles images = new(_folder, [("x.png", 0), (".", 0)], ["picture"]);
        foreach (var (content, message) in files)
        {
            File.WriteAllBytes(Path.Combine(_folder, "x.png"), System.Text.Encoding.Latin1.GetBytes(content));
            Action act = () => images.Image(0);
            act.Should().Throw<InvalidDataException>().WithMessage(message);
            images.ShapeOf(0).Should().BeNull();
        }

        Action folder = () => images.Image(1);
        folder.Should().Throw<InvalidDataException>().WithMessage("*it is a folder, but an image is needed*");
        images.ShapeOf(1).Should().BeNull();
    }

    [Fact]
    public void ShapeOf_is_the_shape_of_the_image_by_its_header()
    {
        string[] names = [.. Directory.EnumerateFiles(Pictures).Select(path => Path.GetFileName(path))];
        ImageFiles colour = new(Pictures, names.Select(name => (name, 0)), ["picture"]);
        ImageFiles grey = new(Pictures, names.Select(name => (name, 0)), ["picture"], new ImageFileOptions { Grey = true });
        for (int i = 0; i < names.Length; i++)
        {
            using torch.Tensor image = colour.Image(i);
            ImageShape shape = colour.ShapeOf(i)!.Value;
            image.shape.Should().Equal(shape.Channels, shape.Height, shape.Width);
            grey.ShapeOf(i).Should().Be(shape with { Channels = 1 });
        }
    }

    [SkippableFact]
    public void CIFAR_JPEGs_are_ten_balanced_classes_and_decode()
    {
        string archive = SharedData.PathOf("data/cifar10-jpeg.tar.gz");
        using (FileStream file = File.OpenRead(archive))
        using (System.IO.Compression.GZipStream plain = new(file, System.IO.Compression.CompressionMode.Decompress))
        using (System.Formats.Tar.TarReader tar = new(plain))
        {
            // The first images of each class of the test part.
            while (tar.GetNextEntry() is { } entry)
            {
                if (entry.EntryType is System.Formats.Tar.TarEntryType.RegularFile or System.Formats.Tar.TarEntryType.V7RegularFile
                    && entry.Name.Contains("test/", StringComparison.Ordinal)
                        && Path.GetFileName(entry.Name).StartsWith("000", StringComparison.Ordinal))
                {
                    string path = Path.Combine(_folder, entry.Name);
                    Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                    entry.ExtractToFile(path, overwrite: true);
                }
            }
        }

        ImageFiles images = ImageFolder.Open(Path.Combine(_folder, "test"));
        images.ClassNames.Should().Equal(Cifar10.ClassNames);
        LabeledImages all = LabeledImages.From(images);
        (all.Channels, all.Height, all.Width).Should().Be((3, 32, 32));
        Enumerable.Range(0, all.Count).CountBy(all.Label).Should().HaveCount(10);
    }
}
