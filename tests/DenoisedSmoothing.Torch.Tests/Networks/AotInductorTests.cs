using System.IO.Compression;
using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Networks;
using DenoisedSmoothing.Schedules;

namespace DenoisedSmoothing.Torch.Tests.Networks;

/// <summary>
/// What can be told without PyTorch to compile a package: files that are none are refused before libtorch, which would end the process,
/// sees them.
/// </summary>
public sealed class AotInductorTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("aotinductor-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void LoadClassifier_file_that_is_no_zip_is_refused()
    {
        string path = Path.Combine(_folder.FullName, "weights.pt2");
        File.WriteAllBytes(path, new byte[1000]);
        Action act = () => AotInductor.LoadClassifier(path, 10);
        act.Should().Throw<CheckpointException>().WithMessage("*weights.pt2*aoti_compile_and_package*");
    }

    [Fact]
    public void LoadDenoiser_exported_but_not_compiled_program_is_refused()
    {
        string path = Path.Combine(_folder.FullName, "exported.pt2");
        using (ZipArchive zip = ZipFile.Open(path, ZipArchiveMode.Create))
        using (StreamWriter entry = new(zip.CreateEntry("exported/models/model.json").Open()))
            entry.Write("{}");
        Action act = () => AotInductor.LoadDenoiser(path, new CosineSchedule());
        act.Should().Throw<CheckpointException>()
            .WithMessage("*exported.pt2*an AOTInductor package of torch._inductor.aoti_compile_and_package is needed*");
    }

    [Fact]
    public void LoadClassifier_missing_file_is_named()
    {
        Action act = () => AotInductor.LoadClassifier(Path.Combine(_folder.FullName, "absent.pt2"), 10);
        act.Should().Throw<FileNotFoundException>().WithMessage("*absent.pt2*");
    }
}
