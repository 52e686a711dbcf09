using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Testing;

namespace DenoisedSmoothing.Tests.Checkpoints;

/// <summary>The zip container of torch.save files, and where it lies. Zip files here are by System.IO.Compression.</summary>
public class TorchZipTests
{
    private const uint CentralSignature = 0x02014b50;

    private static readonly byte[] Pickle = PickleText.StateDict(("w", "FloatStorage", "0", 1000, 0, [1000], [1]));

    [Theory]
    [InlineData(CompressionLevel.NoCompression)]
    [InlineData(CompressionLevel.Optimal)]
    public void Open_reads_a_storage_stored_or_deflated(CompressionLevel level)
    {
        byte[] values = [.. Enumerable.Range(0, 4000).Select(i => (byte)(i % 7))];
        using TorchSaveFile file = Open(TorchZipFile.Make(Pickle, level, ("0", values)));
        file.Entries.Single().ToString().Should().Be("w F32 [1000]");
        file.ReadBytes("w").Should().Equal(values);
    }

    [Theory]
    [InlineData(4000u, 3999, "*unpacks to more than the 4000 bytes that it claims*")]
    [InlineData(4000u, 4001, "*the file ended inside it*")]
    public void Read_refuses_a_deflated_storage_of_another_length(uint claimed, int wanted, string message)
    {
        // A storage of 4000 or so zero bytes whose directory record is made to say 4000.
        int real = (int)(2 * claimed) - wanted;
        byte[] file = TorchZipFile.Make(Pickle, CompressionLevel.Optimal, ("0", new byte[real]));
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(Record(file, "archive/data/0") + 24), claimed);
        using TorchSaveFile opened = Open(file, new CheckpointOptions { VerifyChecksums = false });
        opened.Invoking(o => o.ReadBytes("w")).Should().Throw<CheckpointException>().WithMessage(message);
    }

    [Fact]
    public void Open_refuses_a_bomb_by_its_claim()
    {
        byte[] pickle = PickleText.StateDict(("w", "ByteStorage", "0", 1L << 31, 0, [1L << 31], [1]));
        byte[] file = TorchZipFile.Make(pickle, CompressionLevel.Optimal, ("0", new byte[4000]));
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(Record(file, "archive/data/0") + 24), 1u << 31);
        Opened.Refused(file).Should().Match("*'archive/data/0': the zip record claims 2147483648 bytes, and has*");
    }

    [Fact]
    public void Read_unpacks_a_bomb_without_memory_before_it_is_known_to_be_whole()
    {
        // 256 MiB of zeros in 260 KB, whose last bytes are missing: found out by a pass through a small buffer.
        const int real = 256 << 20;
        byte[] pickle = PickleText.StateDict(("w", "ByteStorage", "0", real + 1, 0, [real + 1], [1]));
        using MemoryStream stream = new();
        TorchZipFile.Write(stream, pickle, CompressionLevel.Optimal, [("0", to =>
        {
            byte[] zeros = new byte[1 << 20];
            for (int i = 0; i < real; i += zeros.Length)
                to.Write(zeros);
        })]);
        byte[] file = stream.ToArray();
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(Record(file, "archive/data/0") + 24), real + 1);
        using TorchSaveFile opened = Open(file);
        long before = GC.GetAllocatedBytesForCurrentThread();
        opened.Invoking(o => o.ReadBytes("w")).Should().Throw<CheckpointException>().WithMessage("*the file ended inside it*");
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(2_000_000);
    }

    [Theory]
    [InlineData(8, 1, "*encrypted, or packed by something other than deflate*")]
    [InlineData(10, 14, "*encrypted, or packed by something other than deflate*")]
    [InlineData(20, 77, "*claims 4000 bytes, and has 77*")]
    [InlineData(42, 1, "*'archive/data/0': the zip record is not where the directory says*")]
    [InlineData(45, 0x7f, "*reaches beyond the*")]
    [InlineData(0, 1, "*record 3 of its zip directory is not one*")]
    public void Read_refuses_a_directory_that_does_not_fit(int field, byte value, string message)
    {
        byte[] file = TorchZipFile.Make(Pickle, ("0", new byte[4000]));
        int record = Record(file, "archive/data/0");
        file[record + field] = value;
        if (field == 20)
            file[record + 21] = 0;
        Action read = () =>
        {
            using TorchSaveFile opened = Open(file);
            opened.ReadBytes("w");
        };
        read.Should().Throw<CheckpointException>().WithMessage(message);
    }

    [Fact]
    public void Open_takes_the_zip_comment_and_refuses_the_same_record_twice()
    {
        byte[] file = TorchZipFile.Make(Pickle, ("0", new byte[4000]));
        byte[] commented = [.. file[..^2], 3, 0, .. "end"u8];
        using (TorchSaveFile opened = Open(commented))
            opened.Entries.Should().ContainSingle();
        Opened.Refused(TorchZipFile.Make(Pickle, ("0", new byte[4000]), ("0", new byte[4000]))).Should()
            .Match("*'archive/data/0': the zip record occurs twice*");
    }

    [Fact]
    public void Open_says_what_other_zip_files_are()
    {
        Opened.Refused(Zip(("word/document.xml", "<w/>"))).Should().Match("*a zip file with 0 records NAME/data.pkl*not a checkpoint*");
        Opened.Refused(Zip(("a/data.pkl", "N."), ("b/data.pkl", "N."))).Should().Match("*a zip file with 2 records*");
        Opened.Refused(Zip(("net/data.pkl", "N."), ("net/code/__torch__.py", ""))).Should()
            .Match("*a TorchScript archive: a program*TorchScript.LoadClassifier*");
        Opened.Refused(Zip(("a/data.pkl", "}."), ("a/version", "11\n"))).Should().Match("*its version is 11, and 10 is the newest*");
        Opened.Refused(Zip(("a/data.pkl", "}."), ("a/version", "new"))).Should().Match("*its version is 'new', not a number*");
        Opened.Refused(Zip(("a/data.pkl", "}."), ("a/byteorder", "middle"))).Should().Match("*its byte order is 'middle'*");
        Opened.From(Zip(("a/data.pkl", "}."))).Entries.Should().BeEmpty();
    }

    [Fact]
    public void Read_checks_a_shared_storage_against_its_checksum_though_only_a_part_is_wanted()
    {
        byte[] pickle = PickleText.StateDict(("a", "FloatStorage", "0", 1000, 0, [10], [1]),
            ("b", "FloatStorage", "0", 1000, 990, [10], [1]));
        byte[] file = TorchZipFile.Make(pickle, ("0", Enumerable.Repeat((byte)0x5a, 4000).ToArray()));
        int data = file.AsSpan().IndexOf((byte[])[0x5a, 0x5a, 0x5a, 0x5a]);
        file[data + 2000] ^= 1;
        using TorchSaveFile opened = Open(file);
        opened.Invoking(o => o.ReadBytes("a")).Should().Throw<CheckpointException>()
            .WithMessage("*'a': the checksum of its storage '0' does not match*");
        using TorchSaveFile trusted = Open(file, new CheckpointOptions { VerifyChecksums = false });
        trusted.ReadBytes("b").Should().Equal(Enumerable.Repeat((byte)0x5a, 40));
    }

    [Fact]
    public void Crc32_is_that_of_the_standard()
    {
        // The check value of CRC-32/ISO-HDLC, and any split gives the same.
        Crc32.Append(0, "123456789"u8).Should().Be(0xCBF43926);
        byte[] bytes = [.. Enumerable.Range(0, 100).Select(i => (byte)(i * i))];
        uint whole = Crc32.Append(0, bytes);
        for (int i = 0; i <= bytes.Length; i++)
            Crc32.Append(Crc32.Append(0, bytes.AsSpan(0, i)), bytes.AsSpan(i)).Should().Be(whole);
    }

    private static TorchSaveFile Open(byte[] file, CheckpointOptions? options = null) =>
        TorchSaveFile.Open(new MemoryStream(file), "file", CheckpointFormat.TorchZip, options ?? new CheckpointOptions());

    /// <summary>Where the directory's record of a name begins.</summary>
    private static int Record(byte[] file, string name)
    {
        byte[] wanted = Encoding.ASCII.GetBytes(name);
        int at = file.AsSpan().LastIndexOf(wanted) - 46;
        BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at)).Should().Be(CentralSignature);
        return at;
    }

    private static byte[] Zip(params (string Name, string Text)[] records)
    {
        MemoryStream stream = new();
        using (ZipArchive zip = new(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, text) in records)
            {
                using Stream to = zip.CreateEntry(name).Open();
                to.Write(Encoding.Latin1.GetBytes(text));
            }
        }

        return stream.ToArray();
    }
}
