using System.Text;
using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Testing;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Tests.Checkpoints;

/// <summary>
/// Files by the reference implementation (all_dtypes) and hostile ones, from tests/Goldens/checkpoints; expected.json beside
/// them was written by PyTorch.
/// </summary>
public class SafetensorsHeaderTests
{
    [Fact]
    public void Read_finds_every_entry_of_a_reference_file()
    {
        SafetensorsHeader header = Read(File.ReadAllBytes(Golden.PathOf("checkpoints/all_dtypes.safetensors")));

        using var json = Golden.Json("checkpoints/expected.json");
        var expected = json.RootElement.GetProperty("zip_legacy_safetensors").EnumerateObject()
            .ToDictionary(entry => entry.Name, entry => entry.Value.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64())
                .ToArray());
        header.Entries.Select(entry => entry.Name).Should().BeEquivalentTo(expected.Keys);
        foreach (SafetensorsEntry entry in header.Entries)
            entry.Shape.Should().Equal(expected[entry.Name], entry.Name);
        header.Metadata.Should().ContainKey("format").WhoseValue.Should().Be("pt");
        header.Entries.Single(entry => entry.Name == "b_f16").DType.Should().Be(ScalarType.Float16);
        header.Entries.Single(entry => entry.Name == "h_empty").ByteCount.Should().Be(0);
        header.Entries.Select(entry => entry.Begin).Should().BeInAscendingOrder();
    }

    [Theory]
    [InlineData("hostile_header_length", "*claims a header of 1152921504606846976 bytes*")]
    [InlineData("hostile_huge_shape", "*entry 'w'*shape*takes*bytes, but data_offsets give it*")]
    [InlineData("hostile_negative_span", "*entry 'a'*data_offsets end (*) before they begin (8)*")]
    [InlineData("hostile_overlap", "*entry 'b'*begins at byte 4*inside the entry before it*")]
    [InlineData("truncated", "*entry 'l_u8'*ends at byte 430*the file has 426*")]
    public void Read_refuses_a_hostile_file_in_little_memory(string name, string message)
    {
        byte[] file = File.ReadAllBytes(Golden.PathOf($"checkpoints/{name}.safetensors"));
        long before = GC.GetAllocatedBytesForCurrentThread();
        Action read = () => Read(file, name);

        CheckpointException error = read.Should().Throw<CheckpointException>().Which;

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(1_000_000);
        error.Message.Should().StartWith($"{name}: ").And.Match(message);
    }

    [Theory]
    [InlineData("", "*less than the 8*")]
    [InlineData("\u0001\0\0", "*it has 3 bytes*")]
    [InlineData("\u0009\0\0\0\0\0\0\0{}", "*claims a header of 9 bytes, and only 2 follow*")]
    public void Read_refuses_a_file_shorter_than_its_header(string file, string message) =>
        Refuses(Encoding.Latin1.GetBytes(file), message);

    [Theory]
    [InlineData("", 0, "*does not begin with '{'*")]
    [InlineData(" {}", 0, "*does not begin with '{'*")]
    [InlineData("[]", 0, "*does not begin with '{'*")]
    [InlineData("{", 0, "*not valid JSON*")]
    [InlineData("{} {}", 0, "*not valid JSON*")]
    [InlineData("{}", 1, "*the last 1 bytes belong to no entry*")]
    [InlineData("""{"a":1}""", 0, "*entry 'a': it is not a JSON object*")]
    [InlineData("""{"a":{}}""", 0, "*entry 'a': it needs a dtype*")]
    [InlineData("""{"a":{"dtype":"U8","shape":[1],"data_offsets":[0]}}""", 1, "*entry 'a': it needs*two data_offsets*")]
    [InlineData("""{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1,1]}}""", 1, "*data_offsets holds more than 2*")]
    [InlineData("""{"a":{"dtype":"F8_E4M3","shape":[1],"data_offsets":[0,1]}}""", 1,
        "*entry 'a': the dtype 'F8_E4M3' is not supported. Save it as one of F64*")]
    [InlineData("""{"a":{"dtype":"f32","shape":[],"data_offsets":[0,4]}}""", 4, "*the dtype 'f32' is not supported*")]
    [InlineData("""{"a":{"dtype":7,"shape":[],"data_offsets":[0,4]}}""", 4, "*the dtype is not a string*")]
    [InlineData("""{"a":{"dtype":"U8","shape":1,"data_offsets":[0,1]}}""", 1, "*shape is not a list*")]
    [InlineData("""{"a":{"dtype":"U8","shape":[-1],"data_offsets":[0,1]}}""", 1, "*shape holds something other*")]
    [InlineData("""{"a":{"dtype":"U8","shape":[1.0],"data_offsets":[0,1]}}""", 1, "*shape holds something other*")]
    [InlineData("""{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,9223372036854775808]}}""", 1, "*data_offsets holds something other*")]
    [InlineData("""{"a":{"dtype":"U8","shape":[[1]],"data_offsets":[0,1]}}""", 1, "*not valid JSON*")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}""", 0, "*beyond 2^63*")]
    [InlineData("""{"a":{"dtype":"F32","shape":[0,4294967296,4294967296],"data_offsets":[0,0]}}""", 0, "*beyond 2^63*")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4611686018427387904],"data_offsets":[0,0]}}""", 0, "*beyond 2^63*")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", 4, "*takes 8 bytes, but data_offsets give it 4*")]
    [InlineData("""{"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}""", 2, "*the 1 bytes before it belong to no entry*")]
    [InlineData("""{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"strides":[1]}}""", 1, "*the field 'strides' is unknown*")]
    [InlineData("""{"a":{"dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", 1,
        "*the field 'dtype' is unknown or repeated*")]
    [InlineData("""{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"\u0061":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}""", 2,
        "*entry 'a': it occurs twice*")]
    [InlineData("""{"__metadata__":[],"a":{}}""", 0, "*'__metadata__': it is not a map of strings*")]
    [InlineData("""{"__metadata__":{"k":1}}""", 0, "*the value of 'k' is not a string*")]
    [InlineData("""{"__metadata__":{"k":"1","k":"2"}}""", 0, "*the key 'k' occurs twice*")]
    [InlineData("""{"__metadata__":{},"__metadata__":{}}""", 0, "*'__metadata__': it occurs twice*")]
    [InlineData("""{"\ud800":{}}""", 0, "*a string that is not text*")]
    [InlineData("""{"a\u001b[2J":1}""", 0, "*entry 'a?[2J': it is not*")]
    public void Read_refuses_what_is_not_exactly_the_format(string json, int dataByteCount, string message) =>
        Refuses(Build(json, dataByteCount), message);

    [Fact]
    public void Read_refuses_more_dimensions_than_libtorch_has() =>
        Refuses(Build($$$"""{"a":{"dtype":"U8","shape":[{{{string.Join(',', Enumerable.Repeat(1, 65))}}}],"data_offsets":[0,1]}}""", 1),
            "*more than 64*");

    [Fact]
    public void Read_shortens_a_long_name_in_its_message()
    {
        Action read = () => Read(Build($$"""{"{{new string('x', 100_000)}}":1}""", 0));
        read.Should().Throw<CheckpointException>().Which.Message.Length.Should().BeLessThan(300);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("{}      ")]
    [InlineData("""{"__metadata__":{}}""")]
    public void Read_takes_a_file_without_tensors(string json)
    {
        SafetensorsHeader header = Read(Build(json, 0));
        header.Entries.Should().BeEmpty();
        header.Metadata.Should().BeEmpty();
    }

    [Fact]
    public void Read_takes_empty_tensors_on_a_boundary_in_any_order()
    {
        SafetensorsHeader header = Read(Build(
            """{"b":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"c":{"data_offsets":[2,2],"shape":[0],"""
            + """ "dtype":"F32"},"a":{"dtype":"I64","shape":[3,0],"data_offsets":[0,0]}}""", 2));
        header.Entries.Select(entry => entry.ToString()).Should().Equal("a I64 [3, 0]", "b U8 [2]", "c F32 [0]");
    }

    [Fact]
    public void Read_wants_a_stream_that_seeks()
    {
        using var zipped = new System.IO.Compression.GZipStream(new MemoryStream(), System.IO.Compression.CompressionMode.Decompress);
        Action read = () => SafetensorsHeader.Read(zipped, "zipped");
        read.Should().Throw<ArgumentException>().WithMessage("*seek*");
    }

    [Fact]
    public void Read_of_a_huge_claim_in_a_huge_file_allocates_nothing_for_it()
    {
        // A stream that says it is 1 TB long: the format's own cap is what protects.
        using EndlessStream stream = new(claimedHeader: 1UL << 39);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Action read = () => SafetensorsHeader.Read(stream, "endless");
        read.Should().Throw<CheckpointException>().WithMessage("*the format allows 100000000*");
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(1_000_000);
    }

    internal static SafetensorsHeader Read(byte[] file, string name = "file")
    {
        using MemoryStream stream = new(file);
        return SafetensorsHeader.Read(stream, name);
    }

    private static byte[] Build(string json, int dataByteCount)
    {
        byte[] text = Encoding.UTF8.GetBytes(json);
        return [.. BitConverter.GetBytes((ulong)text.Length), .. text, .. new byte[dataByteCount]];
    }

    private static void Refuses(byte[] file, string message)
    {
        Action read = () => Read(file);
        read.Should().Throw<CheckpointException>().WithMessage(message).Which.Message.Should().StartWith("file: ");
    }

    private sealed class EndlessStream(ulong claimedHeader) : MemoryStream(BitConverter.GetBytes(claimedHeader))
    {
        public override long Length => 1L << 40;
    }
}
