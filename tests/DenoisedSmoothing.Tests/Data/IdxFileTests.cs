using System.IO.Compression;
using DenoisedSmoothing.Data;

namespace DenoisedSmoothing.Tests.Data;

public class IdxFileTests
{
    private static readonly byte[] TwoByThree = [0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 255];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Read_plain_and_zipped(bool zipped)
    {
        IdxFile file = Read(zipped ? Zip(TwoByThree) : TwoByThree);
        file.Shape.Should().Equal(2, 3);
        file.Data.ToArray().Should().Equal(1, 2, 3, 4, 5, 255);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Read_path_plain_and_zipped(bool zipped)
    {
        // The content decides, not the name.
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, zipped ? Zip(TwoByThree) : TwoByThree);
            IdxFile.Read(path).Shape.Should().Equal(2, 3);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData("version https://git-lfs.github.com/spec/v1\n",
        "file.idx: it is a pointer of Git LFS*but an IDX file, as of MNIST, is needed*git lfs pull*")]
    [InlineData("<!DOCTYPE html>", "file.idx: it is a web page*")]
    [InlineData("PK\u0003\u0004", "file.idx: it is*zip archive*")]
    public void Read_other_kinds_of_files_are_named(string content, string message) =>
        Refused(System.Text.Encoding.Latin1.GetBytes(content), message);

    [Fact]
    public void Read_folder_is_named()
    {
        Action act = () => IdxFile.Read(Path.GetTempPath());
        act.Should().Throw<InvalidDataException>().WithMessage("*it is a folder*");
    }

    [Fact]
    public void Read_missing_file_is_an_error()
    {
        Action act = () => IdxFile.Read(Path.Combine(Path.GetTempPath(), Path.GetRandomFileName()));
        act.Should().Throw<FileNotFoundException>();
    }

    [Fact]
    public void Read_every_truncation_is_an_error()
    {
        for (int length = 0; length < TwoByThree.Length; length++)
            Refused(TwoByThree[..length], "file.idx:*Was it copied whole?*");
        // Zipped, what follows the data (the end mark and gzip's own check) may be missing: the data are whole then.
        byte[] zipped = Zip(TwoByThree);
        const int behindData = 10;
        for (int length = 0; length < zipped.Length - behindData; length++)
            Refused(zipped[..length], "file.idx:*");
        for (int length = zipped.Length - behindData; length < zipped.Length; length++)
        {
            try
            {
                Read(zipped[..length]).Data.ToArray().Should().Equal(1, 2, 3, 4, 5, 255);
            }
            catch (InvalidDataException)
            {
            }
        }
    }

    [Fact]
    public void Read_damaged_gzip_says_so()
    {
        byte[] zipped = Zip(TwoByThree);
        zipped[10] = 0xff; // the first byte after gzip's header: a block of unknown kind
        Refused(zipped, "file.idx:*gzip data is damaged*");
    }

    [Fact]
    public void Read_more_data_than_announced_is_an_error()
    {
        Refused([.. TwoByThree, 7], "file.idx:*more data*2x3*");
        Refused(Zip([.. TwoByThree, 7]), "file.idx:*more data*2x3*");
    }

    [Theory]
    [InlineData(new byte[] { 0, 0, 9, 1, 0, 0, 0, 1, 5 }, "*0x09*unsigned bytes (0x08)*")] // signed bytes
    [InlineData(new byte[] { 0, 0, 13, 1, 0, 0, 0, 1, 5, 5, 5, 5 }, "*0x0d*unsigned bytes (0x08)*")] // floats
    [InlineData(new byte[] { 1, 0, 8, 1, 0, 0, 0, 1, 5 }, "*not an IDX file*01000801*")]
    [InlineData(new byte[] { 0, 0, 8, 0 }, "*not an IDX file*")]
    [InlineData(new byte[] { 0, 0, 8, 200, 0, 0, 0, 1 }, "*not an IDX file*")]
    [InlineData(new byte[] { 0x89, 0x50, 0x4e, 0x47 }, "*not an IDX file*89504E47*")] // a PNG
    public void Read_other_formats_are_refused(byte[] bytes, string message) => Refused(bytes, "file.idx:" + message);

    [Theory]
    [InlineData(new byte[] { 0, 0, 8, 1, 0x80, 0, 0, 0 })] // 2^31, which as an int is negative
    [InlineData(new byte[] { 0, 0, 8, 1, 0xff, 0xff, 0xff, 0xff })]
    [InlineData(new byte[] { 0, 0, 8, 2, 0x7f, 0xff, 0xff, 0xff, 0, 0, 0, 2 })]
    [InlineData(new byte[] { 0, 0, 8, 4, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0 })] // 2^64 wraps to 0
    [InlineData(new byte[] { 0, 0, 8, 2, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff })] // no data at all, and an impossible size
    public void Read_hostile_sizes_are_refused(byte[] bytes) => Refused(bytes, "file.idx:*header announces*damaged*");

    [Fact]
    public void Read_announced_size_is_not_allocated_before_the_data_comes()
    {
        byte[] bytes = [0, 0, 8, 1, 0x7f, 0xff, 0xff, 0x00, 1, 2, 3]; // two gigabytes announced, three bytes there
        Refused(bytes, "file.idx:*");
        long before = GC.GetAllocatedBytesForCurrentThread();
        Refused(bytes, "file.idx:*Was it copied whole?*");
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(2_000_000);
    }

    [Fact]
    public void Read_empty_dimension_gives_no_data() => Read([0, 0, 8, 2, 0, 0, 0, 0, 0, 0, 0, 5]).Data.Length.Should().Be(0);

    private static IdxFile Read(byte[] bytes)
    {
        using MemoryStream stream = new(bytes);
        return IdxFile.Read(stream, "file.idx");
    }

    private static void Refused(byte[] bytes, string message)
    {
        Action act = () => Read(bytes);
        act.Should().Throw<InvalidDataException>().WithMessage(message);
    }

    private static byte[] Zip(byte[] bytes)
    {
        using MemoryStream zipped = new();
        using (GZipStream gzip = new(zipped, CompressionLevel.SmallestSize))
            gzip.Write(bytes);
        return zipped.ToArray();
    }
}
