using System.IO.Compression;
using System.Text;
using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Testing;

namespace DenoisedSmoothing.Tests.Checkpoints;

/// <summary>
/// Files that would cost hours or gigabytes, each of a kind that once did: refused, or read in memory that their size is worth. What such a
/// file costs is counted in bytes allocated, which no other work on the machine can change; <see cref="CostlyFiles"/> draws more of each
/// kind.
/// </summary>
public class CheckpointCostTests
{
    private const long Constant = 24 << 20;

    [Fact]
    public void Open_refuses_a_long_key_that_is_set_again_and_again() =>
        // 32 MiB of one letter, set a million times out of the memo: 37 KB compressed, and hours of hashing.
        Refused(Deflated(Repeated(new PickleText().Op("}q\0").Text(new string('a', 32 << 20)).Op("q\u0001Ns"), "h\u0001Ns", 1_000_000)))
            .Should()
                .Match("file: it has a compressed data.pkl that would take more than * bytes of memory, where the file has *. It is "
                + "damaged, or made to exhaust memory.*");

    [Fact]
    public void Open_refuses_a_long_key_that_is_set_again_and_again_in_a_file_that_is_as_long() =>
        Refused(Stored(Repeated(new PickleText().Op("}q\0").Text(new string('a', 1 << 20)).Op("q\u0001Ns"), "h\u0001Ns", 100_000)))
            .Should().Match("*it makes values that take more than * bytes of memory, where the file has *");

    [Fact]
    public void Open_builds_no_paths_for_what_lies_under_a_key_of_a_mebibyte()
    {
        byte[] file = File.ReadAllBytes(Golden.PathOf("cases/checkpoints/a0_paths_1MiB_key_x500.pt"));
        Allocated(() => Opened.Refused(file)).Should().BeLessThan(Constant);
    }

    [Fact]
    public void Open_refuses_a_folder_of_65000_characters()
    {
        using MemoryStream stream = new();
        TorchZipFile.Write(stream, [.. "}."u8], CompressionLevel.Optimal, [("0", to => to.Write(new byte[4]))], new string('f', 65_000));
        Refused(stream.ToArray()).Should().Match("*the name of record 1 of its zip directory has 65009 bytes, and 4096 are the most*");
    }

    [Fact]
    public void Open_refuses_to_unpack_a_storage_2000_times()
    {
        const int bytes = 256 << 20;
        PickleText pickle = new PickleText().Op("}(");
        for (int i = 0; i < 2000; i++)
            pickle.Text($"{i}").Tensor("ByteStorage", "0", bytes, bytes - 1 - i, [1], [1]);
        using MemoryStream stream = new();
        TorchZipFile.Write(stream, pickle.Op("u.").ToArray(), CompressionLevel.Fastest, [("0", to =>
        {
            byte[] zeros = new byte[1 << 20];
            for (int i = 0; i < bytes; i += zeros.Length)
                to.Write(zeros);
        })]);
        Refused(stream.ToArray()).Should().Match("*has tensors that share a storage again and again, and would take more than*");
    }

    [Fact]
    public void Open_reads_a_few_views_of_a_compressed_storage()
    {
        byte[] values = [.. Enumerable.Range(0, 100_000).Select(i => (byte)i)];
        PickleText pickle = new PickleText().Op("}(");
        for (int i = 0; i < 20; i++)
            pickle.Text($"{i}").Tensor("ByteStorage", "0", values.Length, i * 5000, [5000], [1]);
        using TorchSaveFile file = TorchSaveFile.Open(
            new MemoryStream(TorchZipFile.Make(pickle.Op("u.").ToArray(), CompressionLevel.Optimal, ("0", values))), "file",
                CheckpointFormat.TorchZip, new CheckpointOptions());
        for (int i = 0; i < 20; i++)
            file.ReadBytes($"{i}").Should().Equal(values[(i * 5000)..((i + 1) * 5000)]);
    }

    [Fact]
    public void Open_adds_up_what_strides_of_0_repeat()
    {
        // Each of a mebibyte, of one element; and rows that overlap, which repeat as well.
        Refused(Stored(Tensors(200, i => [(1 << 18) - i], i => [0]))).Should()
            .Match("*has tensors that repeat their elements, and would take more than*");
        Opened.From(Stored(Tensors(10, i => [1 << 10], i => [0]))).Entries.Should().HaveCount(10);
    }

    [Fact]
    public void Open_reads_layers_that_share_their_weights()
    {
        // A network of one block used 48 times has it under 48 names.
        PickleText pickle = new PickleText().Op("}(");
        for (int i = 0; i < 48; i++)
            pickle.Text($"layers.{i}.weight").Tensor("FloatStorage", "0", 1 << 20, 0, [1 << 20], [1]);
        Opened.From(TorchZipFile.Make(pickle.Op("u.").ToArray(), ("0", new byte[4 << 20]))).Entries.Should().HaveCount(48);
    }

    [Fact]
    public void Open_reads_ten_thousand_scalars_and_nothing_else()
    {
        // Each with a storage of its own, as torch.save writes them: the most that a sound file makes of its bytes.
        var tensors = Enumerable.Range(0, 10_000)
            .Select(i => ($"layers.{i}.scale", "FloatStorage", $"{i}", 1L, 0L, Array.Empty<long>(), Array.Empty<long>()));
        byte[] pickle = PickleText.StateDict([.. tensors]);
        byte[] file = TorchZipFile.Make(pickle, [.. Enumerable.Range(0, 10_000).Select(i => ($"{i}", new byte[4]))]);
        Allocated(() => Opened.From(file).Entries.Should().HaveCount(10_000)).Should().BeLessThan(Constant + (10L * file.Length));
    }

    [Theory]
    [InlineData("]", 2_000_000)]
    [InlineData("}", 2_000_000)]
    [InlineData("N", 4_000_000)]
    [InlineData("G\0\0\0\0\0\0\0\0", 2_000_000)]
    [InlineData("](e", 2_000_000)]
    [InlineData("\u008c\u0001a", 4_000_000)]
    [InlineData("}K\u0001Ns", 1_000_000)]
    public void Open_refuses_a_pickle_that_makes_more_than_its_bytes_are_worth(string unit, int times)
    {
        byte[] file = Stored(Repeated(new PickleText(), unit, times));
        Allocated(() => Opened.Refused(file)).Should().BeLessThan(Constant + (10L * file.Length));
    }

    [Fact]
    public void Open_charges_for_a_list_of_pairs_each_time_that_it_is_made_into_a_dictionary()
    {
        // A list of 4,000 pairs, then 4,000 dictionaries of it: 16 million items from a few kilobytes.
        PickleText pickle = new PickleText().Op("](");
        for (int i = 0; i < 4000; i++)
            pickle.Op("(").Text($"{i}").Op("Nt");
        pickle.Op("e\u0085q\u0001ccollections\nOrderedDict\nq\0");
        byte[] file = Stored(Repeated(pickle, "h\0h\u0001R", 4000));
        Allocated(() => Opened.Refused(file).Should().Match("*it makes values that take more than*")).Should()
            .BeLessThan(Constant + (10L * file.Length));
    }

    [Fact]
    public void Open_of_a_header_of_tiny_entries_takes_less_than_ten_times_its_size()
    {
        byte[] file = Header(100_000);
        Allocated(() => Opened.From(file).Dispose()).Should().BeLessThan(10L * file.Length);
        using Checkpoint checkpoint = Opened.From(file);
        checkpoint.Entries.Should().HaveCount(100_000);
    }

    [Fact]
    public void Open_refuses_a_header_of_tiny_remarks()
    {
        string remarks = string.Join(',', Enumerable.Range(0, 500_000).Select(i => $"\"{i:x}\":\"\""));
        byte[] json = Encoding.UTF8.GetBytes($"{{\"__metadata__\":{{{remarks}}}}}");
        Refused([.. BitConverter.GetBytes((long)json.Length), .. json]).Should().Match("*it has a header that would take more than*");
    }

    [Fact]
    [Trait("Category", "Slow")]
    public void Open_of_the_longest_header_takes_less_than_ten_times_its_size()
    {
        byte[] file = Header(1_480_000);
        file.Length.Should().BeInRange(95_000_000, 101_500_000);
        Allocated(() => Opened.From(file).Dispose()).Should().BeLessThan(10L * file.Length);
    }

    private static byte[] Header(int count)
    {
        StringBuilder text = new("{");
        for (int i = 0; i < count; i++)
            text.Append(i == 0 ? "" : ",").Append($"\"{i:x}\":{{\"dtype\":\"U8\",\"shape\":[],\"data_offsets\":[{i},{i + 1}]}}");
        byte[] json = Encoding.UTF8.GetBytes(text.Append('}').ToString());
        return [.. BitConverter.GetBytes((long)json.Length), .. json, .. new byte[count]];
    }

    private static PickleText Tensors(int count, Func<int, long[]> shape, Func<int, long[]> strides)
    {
        PickleText pickle = new PickleText().Op("}(");
        for (int i = 0; i < count; i++)
            pickle.Text($"{i}").Tensor("FloatStorage", "0", 1, 0, shape(i), strides(i));
        return pickle.Op("u.");
    }

    private static PickleText Repeated(PickleText pickle, string unit, int times) =>
        pickle.Op(string.Concat(Enumerable.Repeat(unit, times))).Op(".");

    private static byte[] Stored(PickleText pickle) => Opened.Zip(pickle.ToArray(), "0");

    private static byte[] Deflated(PickleText pickle) => TorchZipFile.Make(pickle.ToArray(), CompressionLevel.Optimal, ("0", new byte[4]));

    /// <summary>The message that a file is refused with, for no more memory than it is worth.</summary>
    private static string Refused(byte[] file)
    {
        string message = "";
        Allocated(() => message = Opened.Refused(file)).Should().BeLessThan(Constant + (10L * file.Length));
        return message;
    }

    private static long Allocated(Action action)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        action();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
