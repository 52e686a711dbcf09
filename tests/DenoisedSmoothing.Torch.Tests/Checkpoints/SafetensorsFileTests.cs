using System.Text;
using System.Text.Json;
using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Checkpoints;

/// <summary>all_dtypes.safetensors was written by the reference implementation, expected.json by PyTorch from the same tensors.</summary>
public class SafetensorsFileTests
{
    private static readonly string AllDTypes = Golden.PathOf("checkpoints/all_dtypes.safetensors");

    [Fact]
    public void Read_gives_the_reference_values_of_every_type()
    {
        using JsonDocument json = Golden.Json("checkpoints/expected.json");
        JsonElement expected = json.RootElement.GetProperty("zip_legacy_safetensors");
        LiveTensors.ShouldNotChange(() =>
        {
            using SafetensorsFile file = SafetensorsFile.Open(AllDTypes);
            foreach (JsonProperty entry in expected.EnumerateObject())
            {
                using Tensor tensor = file.Read(entry.Name);

                ReferenceName(tensor.dtype).Should().Be(entry.Value.GetProperty("dtype").GetString(), entry.Name);
                tensor.shape.Should().Equal(entry.Value.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64()));
                Values(tensor).Should().Equal(entry.Value.GetProperty("values").EnumerateArray().Select(value => value.GetDouble()));
                tensor.device_type.Should().Be(DeviceType.CPU);
                tensor.requires_grad.Should().BeFalse();
            }
        });
    }

    [Fact]
    public void ReadAll_from_a_stream_is_each_Read_and_belongs_to_the_caller()
    {
        LiveTensors.ShouldNotChange(() =>
        {
            // The file begins where the stream stands.
            using MemoryStream stream = new([1, 2, 3, .. File.ReadAllBytes(AllDTypes)]) { Position = 3 };
            using SafetensorsFile fromStream = SafetensorsFile.Open(stream, "resource", leaveOpen: true);
            using SafetensorsFile fromPath = SafetensorsFile.Open(AllDTypes);
            using var scope = NewDisposeScope();
            Dictionary<string, Tensor> all = fromStream.ReadAll();
            all.Keys.Should().BeEquivalentTo(fromPath.Entries.Select(entry => entry.Name));
            foreach (var (name, tensor) in all)
            {
                using Tensor same = fromPath.Read(name);
                tensor.bytes.ToArray().Should().Equal(same.bytes.ToArray(), name);
            }

            scope.DisposablesCount.Should().Be(all.Count);
            fromStream.Dispose();
            stream.CanRead.Should().BeTrue("it was to be left open");
        });
    }

    [Theory]
    [InlineData("hostile_header_length")]
    [InlineData("hostile_huge_shape")]
    [InlineData("hostile_negative_span")]
    [InlineData("hostile_overlap")]
    [InlineData("truncated")]
    public void Open_refuses_a_hostile_file_naming_it_and_closes_it(string name)
    {
        string copy = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.safetensors");
        File.Copy(Golden.PathOf($"checkpoints/{name}.safetensors"), copy);
        try
        {
            Action open = () => SafetensorsFile.Open(copy);
            open.Should().Throw<CheckpointException>().Which.Message.Should().StartWith($"{copy}: ");
            using FileStream exclusive = new(copy, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        }
        finally
        {
            File.Delete(copy);
        }
    }

    [Fact]
    public void Read_refuses_an_unknown_name_and_leaves_nothing_alive()
    {
        using SafetensorsFile file = SafetensorsFile.Open(AllDTypes);
        LiveTensors.ShouldNotChange(() => file.Invoking(f => f.Read("A_F32")).Should().Throw<CheckpointException>()
            .WithMessage("*entry 'A_F32': there is no such entry among the 14*"));
    }

    [Fact]
    public void Read_refuses_a_boolean_that_is_neither_0_nor_1()
    {
        byte[] json = Encoding.UTF8.GetBytes("""{"mask":{"dtype":"BOOL","shape":[3],"data_offsets":[0,3]}}""");
        using SafetensorsFile file = SafetensorsFile.Open(
            new MemoryStream([.. BitConverter.GetBytes((ulong)json.Length), .. json, 0, 2, 1]), "flags");
        LiveTensors.ShouldNotChange(() =>
        {
            file.Invoking(f => f.Read("mask")).Should().Throw<CheckpointException>().WithMessage("flags: entry 'mask': a BOOL*");
            file.Invoking(f => f.ReadAll()).Should().Throw<CheckpointException>();
        });
    }

    [Fact]
    public void Read_of_a_file_that_got_shorter_is_an_error()
    {
        using MemoryStream stream = new();
        stream.Write(File.ReadAllBytes(AllDTypes));
        stream.Position = 0;
        using SafetensorsFile file = SafetensorsFile.Open(stream, "shrinking");
        stream.SetLength(stream.Length - 400);
        LiveTensors.ShouldNotChange(() => file.Invoking(f => f.Read("a_f32")).Should().Throw<CheckpointException>()
            .WithMessage("shrinking: entry 'a_f32': the file ended inside it*"));
    }

    private static string ReferenceName(ScalarType type) => type switch
    {
        ScalarType.Byte => "uint8",
        _ => type.ToString().ToLowerInvariant(),
    };

    private static double[] Values(Tensor tensor)
    {
        // TorchSharp 0.107's accessor throws on a tensor without elements.
        using Tensor doubles = tensor.to(ScalarType.Float64);
        return doubles.NumberOfElements == 0 ? [] : doubles.data<double>().ToArray();
    }
}
