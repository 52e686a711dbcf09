using System.Text;
using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Checkpoints;

public class SafetensorsWriterTests
{
    [Fact]
    public void Write_then_read_keeps_every_type_bit_for_bit()
    {
        LiveTensors.ShouldNotChange(() =>
        {
            using var scope = NewDisposeScope();
            Tensor wide = SyntheticWeights.Input(1, [5, 3], -100, 100);
            Dictionary<string, Tensor> tensors = new()
            {
                ["f64"] = wide.to(ScalarType.Float64) / 3,
                ["f32"] = wide,
                ["f16"] = wide.to(ScalarType.Float16),
                ["bf16"] = wide.to(ScalarType.BFloat16),
                ["i64"] = wide.to(ScalarType.Int64) * (1L << 50),
                ["i32"] = wide.to(ScalarType.Int32),
                ["i16"] = wide.to(ScalarType.Int16),
                ["i8"] = wide.to(ScalarType.Int8),
                ["u8"] = wide.abs().to(ScalarType.Byte),
                ["bool"] = wide > 0,
                ["special"] = tensor([float.NaN, float.PositiveInfinity, -0f, float.Epsilon]),
                ["scalar"] = tensor(2.5f),
                ["empty"] = zeros(0, 3),
                ["transposed"] = wide.t(),
                ["parameter"] = nn.Parameter(wide.clone()),
                ["a name: \"quoted\", \u00fc, \U0001F600, \u0001"] = tensor(1),
            };
            Dictionary<string, string> metadata = new() { ["format"] = "pt", ["caf\u00e9"] = "\"" };
            using MemoryStream stream = new();

            SafetensorsWriter.Write(stream, tensors, metadata);

            stream.Position = 0;
            using SafetensorsFile file = SafetensorsFile.Open(stream, "memory", leaveOpen: true);
            file.Header.Metadata.Should().BeEquivalentTo(metadata);
            Dictionary<string, Tensor> read = file.ReadAll();
            read.Keys.Should().BeEquivalentTo(tensors.Keys);
            foreach (var (name, tensor) in tensors)
            {
                read[name].dtype.Should().Be(tensor.dtype, name);
                read[name].shape.Should().Equal(tensor.shape, name);
                Bytes(read[name]).Should().Equal(Bytes(tensor), name);
            }
        });
    }

    [Fact]
    public void Write_gives_the_same_aligned_bytes_in_any_order()
    {
        using Tensor bytes = tensor(new byte[] { 1, 2, 3 });
        using Tensor floats = tensor([1f, 2f]);
        using Tensor longs = tensor([1L]);
        byte[] file = Write([new("a", bytes), new("c", floats), new("b", longs), new("B", floats)]);

        Write([new("B", floats), new("b", longs), new("a", bytes), new("c", floats)]).Should().Equal(file);
        SafetensorsHeader header = SafetensorsHeader.Read(new MemoryStream(file), "file");
        (header.DataStart % 8).Should().Be(0);
        header.Entries.Select(entry => entry.Name).Should().Equal("b", "B", "c", "a");
    }

    [Fact]
    public void Write_is_what_the_format_says_byte_for_byte()
    {
        using Tensor floats = tensor([1f, -2f]);
        // The JSON is padded to a multiple of 8: the layout of https://github.com/huggingface/safetensors#format, by hand.
        string json = """{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""";
        byte[] expected =
        [
            56, 0, 0, 0, 0, 0, 0, 0, .. Encoding.ASCII.GetBytes(json.PadRight(56)),
            0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0,
        ];
        Write([new("w", floats)]).Should().Equal(expected);
    }

    [Fact]
    public void Write_refuses_what_the_format_cannot_hold_before_writing()
    {
        LiveTensors.ShouldNotChange(() =>
        {
            using Tensor one = ones(1);
            using Tensor complex = zeros(1, ScalarType.ComplexFloat32);
            Refuses([new("a", one), new("a", one)], "*'a' occurs twice*");
            Refuses([new("__metadata__", one)], "*reserved*");
            Refuses([new("half \ud800", one)], "*not valid Unicode*");
            Refuses([new("z", complex)], "*'z' is ComplexFloat32: convert it to one of F64*");
        });
    }

    [Fact]
    public void Write_to_a_path_replaces_the_file_or_leaves_it_alone()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory();
        try
        {
            string path = Path.Combine(folder.FullName, "weights.safetensors");
            using Tensor one = ones(1);
            using Tensor complex = zeros(1, ScalarType.ComplexFloat32);
            File.WriteAllText(path, "old");

            Action bad = () => SafetensorsWriter.Write(path, [new("z", complex)], null);
            bad.Should().Throw<ArgumentException>();
            File.ReadAllText(path).Should().Be("old");

            SafetensorsWriter.Write(path, [new("w", one)], null);
            using (SafetensorsFile file = SafetensorsFile.Open(path))
                file.Entries.Single().Name.Should().Be("w");
            folder.GetFiles().Should().ContainSingle("no temporary file is left");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static byte[] Write(KeyValuePair<string, Tensor>[] tensors)
    {
        using MemoryStream stream = new();
        SafetensorsWriter.Write(stream, tensors, null);
        return stream.ToArray();
    }

    private static void Refuses(KeyValuePair<string, Tensor>[] tensors, string message)
    {
        using MemoryStream stream = new();
        Action write = () => SafetensorsWriter.Write(stream, tensors, null);
        write.Should().Throw<ArgumentException>().WithMessage(message);
        stream.Length.Should().Be(0);
    }

    private static byte[] Bytes(Tensor tensor)
    {
        using Tensor local = tensor.detach().contiguous();
        return local.NumberOfElements == 0 ? [] : local.bytes.ToArray();
    }
}
