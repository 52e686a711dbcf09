using System.IO.Pipes;
using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Testing;

namespace DenoisedSmoothing.Tests.Checkpoints;

/// <summary>Formats without a magic number, archives, and folders.</summary>
public sealed class CheckpointKindsTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Open_reads_what_TorchSharp_saves()
    {
        using Checkpoint checkpoint = Checkpoint.Open(Case("linear.dat"));
        checkpoint.Format.Should().Be(CheckpointFormat.TorchSharp);
        checkpoint.Entries.Select(entry => entry.ToString()).Should().Equal("weight F32 [2, 3]", "bias F32 [2]");
    }

    [Fact]
    public void Open_refuses_what_TorchSharp_saved_where_a_byte_is_missing_or_too_many()
    {
        byte[] file = File.ReadAllBytes(Case("linear.dat"));
        for (int length = 1; length < file.Length; length++)
            Opened.Refused(file[..length]).Should().Contain("checkpoint");
        Opened.Refused([.. file, 0]).Should().Contain("not those of any known checkpoint");
    }

    [Fact]
    public void Open_reads_the_tar_of_the_earliest_PyTorch()
    {
        using TorchSaveFile file = TorchSaveFile.Open(File.OpenRead(Case("legacy.pth")), "file", CheckpointFormat.TorchTar,
            new CheckpointOptions());
        file.Entries.Select(entry => entry.ToString()).Should().Equal("weight F32 [2, 3]");
        file.ReadBytes("weight").Should().Equal(Enumerable.Range(0, 6).SelectMany(i => BitConverter.GetBytes((float)i)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void Open_reads_parts_of_storages_in_such_a_tar(int offset)
    {
        // The storage 5 of 8 bytes; its part 6, of 4 bytes from the fourth on; and a tensor [2] of the part, from an offset and over two.
        byte[] file = TarFile.Make(
            ("storages", new PickleText().Op("\u0080\u0002K\u0001.\u0080\u0002K\u0005N").Global("torch", "ByteStorage")
                .Op("\u0087.\u0008\0\0\0\0\0\0\0\0\u0001\u0002\u0003\u0004\u0005\u0006\u0007")
                .Op("\u0080\u0002]((K\u0006K\u0005K\u0004K\u0004te.").ToArray()),
            ("tensors", new PickleText()
                .Op("\u0080\u0002K\u0001.\u0080\u0002K\u0007K\u0006N\u0087.\u0001\0\0\0\0\0\0\0\u0002\0\0\0\0\0\0\0\u0002\0\0\0\0\0\0\0")
                .Op($"{(char)offset}\0\0\0\0\0\0\0").ToArray()),
            ("pickle", new PickleText().Op("\u0080\u0002}").Text("w").Op("U\u00017Qs.").ToArray()),
            ("sys_info", new PickleText().Op("\u0080\u0002}.").ToArray()));
        Action read = () =>
        {
            using TorchSaveFile opened = TorchSaveFile.Open(new MemoryStream(file), "file", CheckpointFormat.TorchTar,
                new CheckpointOptions());
            opened.ReadBytes("w").Should().Equal(4, 5, 6);
        };
        if (offset == 0)
            read.Should().NotThrow();
        else
            read.Should().Throw<CheckpointException>().WithMessage("*reaches element 5 of storage '5', which has 4*");
    }

    [Fact]
    public void Open_names_other_archives()
    {
        Opened.Refused(File.ReadAllBytes(Case("model.pt.gz"))).Should()
            .Be("file: it is a gzip file, but a checkpoint is needed. Unpack it first.");
        Opened.Refused(TarFile.Make(("model.pt", [1, 2, 3]))).Should()
            .Be("file: it is a tar archive, but a checkpoint is needed. Unpack it first.");
        Opened.Refused(File.ReadAllBytes(Case("lfs.onnx"))).Should().Match("*a pointer of Git LFS*git lfs pull*");
        byte[] legacy = File.ReadAllBytes(Case("legacy.pth"));
        Opened.Refused(legacy[..2000]).Should().Match("file: *its tar archive*");
    }

    [Fact]
    public void Open_names_the_checkpoints_in_a_folder()
    {
        Refused().Should().Match("*it is a folder, but a checkpoint is needed. Name a file inside it.");
        File.WriteAllText(Path.Combine(_folder.FullName, "pytorch_model.bin"), "");
        File.WriteAllText(Path.Combine(_folder.FullName, "model.safetensors"), "");
        Refused().Should().Match("*Name a file inside it: 'model.safetensors', 'pytorch_model.bin'.");
        File.WriteAllText(Path.Combine(_folder.FullName, "data.pkl"), "");
        Refused().Should().Match("*it is a folder, with what a checkpoint of torch.save has inside. Pack it again*");
        Action safetensors = () => SafetensorsFile.Open(_folder.FullName);
        safetensors.Should().Throw<CheckpointException>().WithMessage("*it is a folder*");
    }

    [SkippableFact]
    public void Open_names_a_pipe()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Linux has a process's pipes as files.");
        using AnonymousPipeServerStream pipe = new(PipeDirection.Out);
        Action open = () => Checkpoint.Open($"/proc/self/fd/{pipe.ClientSafePipeHandle.DangerousGetHandle()}");
        open.Should().Throw<CheckpointException>()
            .WithMessage("*it is a pipe or a device, but a file is needed. Write it to a file first.");
    }

    private static string Case(string name) => Golden.PathOf($"cases/checkpoints/{name}");

    private string Refused()
    {
        Action open = () => Checkpoint.Open(_folder.FullName);
        return open.Should().Throw<CheckpointException>().Which.Message;
    }
}
