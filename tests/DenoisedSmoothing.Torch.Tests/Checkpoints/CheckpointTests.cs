using System.Text.Json;
using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Checkpoints;

/// <summary>
/// zip.pt, legacy.pt, module_state_dict.pt and training_checkpoint.pt were written by PyTorch, expected.json beside them too; the
/// odd_* files by Python's own pickler (odd_layouts.py).
/// </summary>
public class CheckpointTests
{
    [Theory]
    [InlineData("zip.pt", "zip_legacy_safetensors", CheckpointFormat.TorchZip, "", "")]
    [InlineData("legacy.pt", "zip_legacy_safetensors", CheckpointFormat.TorchLegacy, "", "")]
    [InlineData("module_state_dict.pt", "module_state_dict", CheckpointFormat.TorchZip, "", "")]
    [InlineData("training_checkpoint.pt", "zip_legacy_safetensors", CheckpointFormat.TorchZip, "state_dict", "module.")]
    [InlineData("all_dtypes.safetensors", "zip_legacy_safetensors", CheckpointFormat.Safetensors, "", "")]
    public void Read_gives_the_reference_values(string file, string expected, CheckpointFormat format, string key, string prefix)
    {
        using JsonDocument json = Golden.Json("checkpoints/expected.json");
        LiveTensors.ShouldNotChange(() =>
        {
            using Checkpoint checkpoint = Open(file);
            checkpoint.Format.Should().Be(format);
            checkpoint.Key.Should().Be(key);
            checkpoint.StrippedPrefix.Should().Be(prefix);
            HasValues(checkpoint, json.RootElement.GetProperty(expected));
        });
    }

    [Theory]
    [InlineData("odd_zip2.pt")]
    [InlineData("odd_zip3.pt")]
    [InlineData("odd_zip4.pt")]
    [InlineData("odd_zip5.pt")]
    [InlineData("odd_legacy2.pt")]
    [InlineData("odd_legacy3.pt")]
    [InlineData("odd_legacy4.pt")]
    [InlineData("odd_legacy5.pt")]
    [InlineData("odd_deflated.pt")]
    [InlineData("odd_zip64.pt")]
    [InlineData("odd_big_endian.pt")]
    public void Read_understands_every_protocol_layout_and_inert_value(string file)
    {
        using JsonDocument json = Golden.Json("checkpoints/odd_expected.json");
        LiveTensors.ShouldNotChange(() =>
        {
            using Checkpoint checkpoint = Open(file);
            HasValues(checkpoint, json.RootElement.GetProperty("tensors"));
        });
    }

    [Fact]
    public void Read_keeps_a_prefix_that_it_is_told_to_keep()
    {
        using Checkpoint kept = Checkpoint.Open(Golden.PathOf("checkpoints/training_checkpoint.pt"), new CheckpointOptions
        {
            StripPrefixes = [],
        });
        kept.StrippedPrefix.Should().BeEmpty();
        using Tensor scalar = kept.Read("module.g_scalar");
        scalar.item<float>().Should().Be(3.5f);
        kept.Invoking(checkpoint => checkpoint.Read("g_scalar")).Should().Throw<CheckpointException>()
            .WithMessage("*'g_scalar': there is no such entry among the 14*");
    }

    [Fact]
    public void Read_shares_nothing_between_tensors_of_one_storage()
    {
        using Checkpoint checkpoint = Open("zip.pt");
        using Tensor shared = checkpoint.Read("k_shared");
        using Tensor before = checkpoint.Read("j_transposed");
        shared.zero_();
        using Tensor after = checkpoint.Read("j_transposed");
        after.data<float>().ToArray().Should().Equal(before.data<float>().ToArray()).And.NotContain(0);
        after.is_contiguous().Should().BeTrue();
    }

    [Fact]
    public void Load_takes_a_checkpoint_of_any_format()
    {
        using var module = nn.Sequential(("conv", nn.Conv2d(3, 4, 3)), ("bn", nn.BatchNorm2d(4)));
        using Checkpoint checkpoint = Open("module_state_dict.pt");
        LiveTensors.ShouldNotChange(() => StateDict.Load(module, checkpoint));
        using JsonDocument json = Golden.Json("checkpoints/expected.json");
        foreach (JsonProperty entry in json.RootElement.GetProperty("module_state_dict").EnumerateObject())
            CheckpointValues.Of(module.state_dict()[entry.Name]).Should().Equal(CheckpointValues.Expected(entry.Value), entry.Name);
    }

    [Fact]
    public void Read_refuses_bits_that_no_longer_fit_their_checksum()
    {
        byte[] file = File.ReadAllBytes(Golden.PathOf("checkpoints/zip.pt"));
        file[file.AsSpan().IndexOf(BitConverter.GetBytes(3.5f))] ^= 1;
        using MemoryStream stream = new(file);
        using Checkpoint verified = Checkpoint.Open(stream, "flipped", new CheckpointOptions(), leaveOpen: true);
        LiveTensors.ShouldNotChange(() => verified.Invoking(checkpoint => checkpoint.Read("g_scalar")).Should().Throw<CheckpointException>()
            .WithMessage("flipped: entry 'g_scalar': the checksum of its storage '6' does not match its bytes*"));
        stream.Position = 0;
        using Checkpoint trusted = Checkpoint.Open(stream, "flipped", new CheckpointOptions { VerifyChecksums = false }, leaveOpen: true);
        using Tensor scalar = trusted.Read("g_scalar");
        scalar.item<float>().Should().NotBe(3.5f);
    }

    [Fact]
    public void Read_says_so_when_the_file_has_shrunk()
    {
        MemoryStream stream = new(File.ReadAllBytes(Golden.PathOf("checkpoints/legacy.pt")).ToArray(), 0, 2064, writable: true,
            publiclyVisible: true);
        using Checkpoint checkpoint = Checkpoint.Open(stream, "shrinking", new CheckpointOptions(), leaveOpen: false);
        stream.SetLength(1700);
        LiveTensors.ShouldNotChange(() => checkpoint.Invoking(c => c.Read("k_shared")).Should().Throw<CheckpointException>()
            .WithMessage("shrinking: entry 'k_shared': the file ended inside it*"));
    }

    [Fact]
    public void Read_refuses_a_boolean_that_is_neither_0_nor_1()
    {
        byte[] file = File.ReadAllBytes(Golden.PathOf("checkpoints/legacy.pt"));
        file[file.AsSpan().IndexOf((byte[])[3, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1]) + 9] = 2;
        using Checkpoint checkpoint = Checkpoint.Open(new MemoryStream(file), "bool", new CheckpointOptions(), leaveOpen: false);
        LiveTensors.ShouldNotChange(() => checkpoint.Invoking(c => c.Read("f_bool")).Should().Throw<CheckpointException>()
            .WithMessage("*a BOOL is neither 0 nor 1*"));
    }

    [SkippableFact]
    public void Read_of_a_real_legacy_training_checkpoint_is_its_safetensors_copy()
    {
        string folder = SharedData.PathOf("data/pretrained/resnet20-cifar10");
        using Checkpoint legacy = Checkpoint.Open(Path.Combine(folder, "resnet20-12fca82f.th"));
        using Checkpoint safe = Checkpoint.Open(Path.Combine(folder, "resnet20.safetensors"));
        legacy.Format.Should().Be(CheckpointFormat.TorchLegacy);
        legacy.Key.Should().Be("state_dict");
        legacy.StrippedPrefix.Should().Be("module.");
        legacy.Entries.Select(entry => entry.Name).Should().BeEquivalentTo(safe.Entries.Select(entry => entry.Name));
        foreach (TensorEntry entry in safe.Entries)
        {
            using Tensor ours = legacy.Read(entry.Name);
            using Tensor theirs = safe.Read(entry.Name);
            ours.shape.Should().Equal(theirs.shape, entry.Name);
            ours.dtype.Should().Be(theirs.dtype, entry.Name);
            ours.bytes.SequenceEqual(theirs.bytes).Should().BeTrue(entry.Name);
        }
    }

    [SkippableFact]
    public void Read_of_a_real_diffusion_network_finds_the_reference_entries()
    {
        string path = SharedData.PathOf("goldens/improved_diffusion_unet_small.pt");
        using Checkpoint checkpoint = Checkpoint.Open(path);
        checkpoint.Entries.Select(entry => $"{entry.Name} {string.Join('x', entry.Shape)}").Should().BeEquivalentTo(
            File.ReadLines(Golden.PathOf("improved_diffusion_unet_small.keys.tsv")).Select(line => line.Split('\t'))
                .Select(row => $"{row[0]} {row[1]}"));
        foreach (TensorEntry entry in checkpoint.Entries)
        {
            using var scope = NewDisposeScope();
            checkpoint.Read(entry.Name).isfinite().all().item<bool>().Should().BeTrue(entry.Name);
        }
    }

    internal static void HasValues(ITensorSource source, JsonElement expected)
    {
        source.Entries.Select(entry => entry.Name).Should().BeEquivalentTo(expected.EnumerateObject().Select(entry => entry.Name));
        foreach (JsonProperty entry in expected.EnumerateObject())
        {
            using Tensor tensor = source.Read(entry.Name);
            CheckpointValues.NameOf(tensor.dtype).Should().Be(entry.Value.GetProperty("dtype").GetString(), entry.Name);
            tensor.shape.Should().Equal(entry.Value.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64()), entry.Name);
            CheckpointValues.Of(tensor).Should().Equal(CheckpointValues.Expected(entry.Value), entry.Name);
            tensor.device_type.Should().Be(DeviceType.CPU);
            tensor.is_contiguous().Should().BeTrue();
            TensorEntry said = source.Entries.Single(other => other.Name == entry.Name);
            said.DType.Should().Be(tensor.dtype);
            said.Shape.Should().Equal(tensor.shape);
        }
    }

    private static Checkpoint Open(string file) => Checkpoint.Open(Golden.PathOf($"checkpoints/{file}"));
}
