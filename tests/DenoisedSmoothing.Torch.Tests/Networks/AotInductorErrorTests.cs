using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Networks;

namespace DenoisedSmoothing.Torch.Tests.Networks;

/// <summary>
/// Packages that libtorch 2.10 does not survive: settings that are no JSON, or not texts, abort (nlohmann::json's exceptions), and a
/// library cut short is a bus error. Tried one by one in processes of their own.
/// </summary>
public sealed class AotInductorErrorTests : IDisposable
{
    private const string Device = "{\"AOTI_DEVICE_KEY\": \"cpu\"}";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("aotinductor-errors-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("{\"AOTI_DEVICE_KEY\": \"cp")]
    [InlineData("{\"AOTI_DEVICE_KEY\": 3}")]
    [InlineData("{\"AOTI_DEVICE_KEY\": \"cpu\", \"other\": [1]}")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("")]
    public void Load_settings_that_are_no_device_as_JSON_is_an_error(string settings) =>
        Load(Package(settings, Library())).Should().Throw<CheckpointException>()
            .WithMessage("*net.wrapper_metadata.json*not JSON that names a device*");

    [SkippableFact]
    public void Load_library_that_is_cut_short_or_foreign_is_an_error()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "ELF libraries are checked on Linux.");
        byte[] whole = Library(), other = [.. whole];
        BinaryPrimitives.WriteUInt16LittleEndian(other.AsSpan(18), 8); // MIPS
        Load(Package(Device, whole[..(whole.Length / 2)])).Should().Throw<CheckpointException>().WithMessage("*net.wrapper.so*cut short*");
        Load(Package(Device, whole[..100])).Should().Throw<CheckpointException>().WithMessage("*cut short*");
        Load(Package(Device, other)).Should().Throw<CheckpointException>().WithMessage("*another processor (ELF machine 8)*");
        Load(Package(Device, [.. "MZ, and then Windows"u8])).Should().Throw<CheckpointException>()
            .WithMessage("*not a 64-bit Linux library*");
        Load(Package(Device, [])).Should().Throw<CheckpointException>().WithMessage("*not a 64-bit Linux library*");
    }

    [SkippableFact]
    public void Load_whole_library_that_is_none_of_AOTInductor_is_libtorchs_error()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "ELF libraries are checked on Linux.");
        Load(Package(Device, Library())).Should().Throw<CheckpointException>()
            .WithMessage("*libtorch cannot load this as an AOTInductor package*");
    }

    [Fact]
    public void Load_package_without_library_settings_or_model_names_what_is_missing()
    {
        Load(Package(Device, null)).Should().Throw<CheckpointException>().WithMessage("*no compiled code (*.so)*");
        Load(Package(null, Library())).Should().Throw<CheckpointException>().WithMessage("*no settings (*_metadata.json)*");
        Load(Package(Device, Library(), "denoiser")).Should().Throw<CheckpointException>()
            .WithMessage("*has 'denoiser', and no model of the name 'model'*");
    }

    [Fact]
    public void Load_damaged_byte_is_an_error()
    {
        string path = Package(Device, Library());
        byte[] bytes = File.ReadAllBytes(path);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(path, bytes);
        Load(path).Should().Throw<CheckpointException>().WithMessage("*net.wrapper.so*does not match its length and checksum*");
        File.WriteAllBytes(path, bytes[..^30]);
        Load(path).Should().Throw<CheckpointException>().WithMessage("*end is missing*");
    }

    private static Action Load(string path) => () => AotInductorNetwork.Load(path).Dispose();

    // A library of this system, but none of AOTInductor.
    private static byte[] Library() => File.ReadAllBytes(
        OperatingSystem.IsLinux()
            ? Directory.GetFiles(AppContext.BaseDirectory, "libc10.so", SearchOption.AllDirectories)[0]
            : Environment.ProcessPath!);

    private string Package(string? settings, byte[]? library, string model = "model")
    {
        string path = Path.Combine(_folder.FullName, $"package{_folder.GetFiles().Length}.pt2");
        using ZipArchive zip = ZipFile.Open(path, ZipArchiveMode.Create);
        Add("net.wrapper.cpp", "int net;"u8.ToArray());
        if (library is not null)
            Add("net.wrapper.so", library);
        if (settings is not null)
            Add("net.wrapper_metadata.json", Encoding.UTF8.GetBytes(settings));
        return path;

        void Add(string name, byte[] content)
        {
            using Stream entry = zip.CreateEntry($"package/data/aotinductor/{model}/{name}", CompressionLevel.NoCompression).Open();
            entry.Write(content);
        }
    }
}
