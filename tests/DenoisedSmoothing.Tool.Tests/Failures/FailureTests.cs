using System.Data.Common;
using System.Runtime.InteropServices;
using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Logs;

namespace DenoisedSmoothing.Tool.Tests;

/// <summary>What the exit code makes of an error: 1 never again, 75 again.</summary>
public sealed class FailureTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    // As libtorch, ONNX Runtime and the CUDA driver write them.
    [Theory]
    [InlineData("CUDA error: uncorrectable ECC error encountered\nCUDA kernel errors might be asynchronously reported")]
    [InlineData("CUDA error: unspecified launch failure\nSearch for `cudaErrorLaunchFailure' in https://docs.nvidia.com/cuda")]
    [InlineData("CUDA error: an illegal memory access was encountered\nCompile with `TORCH_USE_CUDA_DSA`")]
    [InlineData("CUDA error: CUDA-capable device(s) is/are busy or unavailable")]
    [InlineData("CUDA error: no CUDA-capable device is detected")]
    [InlineData("CUDA error: uncorrectable NVLink error detected during the execution")]
    [InlineData("CUDA error: unknown error")]
    [InlineData("CUDA error: CUBLAS_STATUS_EXECUTION_FAILED when calling `cublasSgemm( handle, opa, opb, m, n, k)`")]
    [InlineData("cuDNN error: CUDNN_STATUS_INTERNAL_ERROR")]
    [InlineData("CUDA failure 700: an illegal memory access was encountered ; GPU=0 ; hostname=node7")]
    [InlineData("cuLaunchKernel: CUDA_ERROR_ECC_UNCORRECTABLE.")]
    [InlineData("CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 8.00 GiB")]
    [InlineData("[enforce fail at alloc_cpu.cpp:121] err == 0. DefaultCPUAllocator: can't allocate memory: you tried to allocate 8 bytes.")]
    public void Of_device_or_memory_lost_says_try_again(string message)
    {
        foreach (Exception error in new Exception[]
        {
            new ExternalException(message), new InvalidOperationException("The pass failed.", new ExternalException(message)),
        })
        {
            Failure failure = Failure.Of(error)!;
            failure.ExitCode.Should().Be(75);
            failure.Message.Should().EndWith("try again.").And.NotContain("Do size and channels");
        }
    }

    [Theory]
    [InlineData("CUDA error: device-side assert triggered\nCUDA kernel errors might be asynchronously reported at some other API call")]
    [InlineData("CUDA error: invalid device ordinal")]
    [InlineData("CUDA error: no kernel image is available for execution on the device")]
    [InlineData("CUDA error: CUDA driver version is insufficient for CUDA runtime version")]
    [InlineData("CUDA error: misaligned address")]
    [InlineData("CUDA error: CUBLAS_STATUS_INVALID_VALUE when calling `cublasSgemm`")]
    [InlineData("cuDNN error: CUDNN_STATUS_BAD_PARAM")]
    [InlineData("Given groups=1, weight of size [64, 3, 7, 7], expected input[1, 1, 28, 28] to have 3 channels, but got 1 channels")]
    [InlineData("The label 'unknown error' is none of the classes")]
    public void Of_what_is_the_same_next_time_says_never(string message) =>
        Failure.Of(new ExternalException(message))!.ExitCode.Should().Be(1);

    [Fact]
    public void Of_the_program_s_own_errors_says_never()
    {
        foreach (Exception error in new Exception[]
        {
            new ArgumentException("--n must be from 1 to 2^36."), new InvalidDataException("line 3: the log was edited."),
            new FileNotFoundException("There is no file 'none.pt'."), new DirectoryNotFoundException("x"),
            new IOException("run.tsv is there already and will not be overwritten."), new UnauthorizedAccessException("denied"),
            new EndOfStreamException("cut"), new NotSupportedException("x"), new CheckpointException("x"),
            new InvalidOperationException("The replicas compute in different arithmetic."),
        })
            Failure.Of(error)!.ExitCode.Should().Be(1, error.GetType().Name);
        Failure.Of(new InvalidCastException()).Should().BeNull("a fault of the program itself shows where it is");
    }

    [Fact]
    public void Of_a_log_in_use_a_timeout_and_a_passing_fault_of_a_database_says_try_again()
    {
        Failure.Of(new LogInUseException("x"))!.ExitCode.Should().Be(75);
        Failure.Of(new DenoisedSmoothing.Cluster.QueueUnavailableException("x"))!.ExitCode.Should().Be(75);
        Failure.Of(new TimeoutException("x"))!.ExitCode.Should().Be(75);
        Failure.Of(new PassingDbException(passes: true))!.ExitCode.Should().Be(75);
        Failure.Of(new PassingDbException(passes: false))!.ExitCode.Should().Be(1);
    }

    // Linux: include/uapi/asm-generic/errno.h; Windows: winerror.h; macOS: sys/errno.h.
    [Theory]
    [InlineData(nameof(SystemFamily.Linux), 28, true)] // ENOSPC
    [InlineData(nameof(SystemFamily.Linux), 5, true)] // EIO
    [InlineData(nameof(SystemFamily.Linux), 116, true)] // ESTALE
    [InlineData(nameof(SystemFamily.Linux), 110, true)] // ETIMEDOUT
    [InlineData(nameof(SystemFamily.Linux), 122, true)] // EDQUOT
    [InlineData(nameof(SystemFamily.Linux), 107, true)] // ENOTCONN
    [InlineData(nameof(SystemFamily.Linux), 11, true)] // EWOULDBLOCK
    [InlineData(nameof(SystemFamily.Linux), 30, false)] // EROFS
    [InlineData(nameof(SystemFamily.Linux), 2, false)] // ENOENT
    [InlineData(nameof(SystemFamily.Linux), 17, false)] // EEXIST
    [InlineData(nameof(SystemFamily.Linux), unchecked((int)0x80131620), false)] // COR_E_IO, of errors of .NET's own
    [InlineData(nameof(SystemFamily.MacOS), 70, true)] // ESTALE
    [InlineData(nameof(SystemFamily.MacOS), 116, false)]
    [InlineData(nameof(SystemFamily.Windows), unchecked((int)0x80070070), true)] // ERROR_DISK_FULL
    [InlineData(nameof(SystemFamily.Windows), unchecked((int)0x80070020), true)] // ERROR_SHARING_VIOLATION
    [InlineData(nameof(SystemFamily.Windows), unchecked((int)0x80070040), true)] // ERROR_NETNAME_DELETED
    [InlineData(nameof(SystemFamily.Windows), unchecked((int)0x80070079), true)] // ERROR_SEM_TIMEOUT
    [InlineData(nameof(SystemFamily.Windows), unchecked((int)0x80070050), false)] // ERROR_FILE_EXISTS
    [InlineData(nameof(SystemFamily.Windows), unchecked((int)0x80131620), false)]
    [InlineData(nameof(SystemFamily.Windows), 28, false)]
    public void CanPass_knows_the_numbers_of_each_system(string system, int code, bool passes) =>
        StorageFaults.CanPass(code, Enum.Parse<SystemFamily>(system)).Should().Be(passes);

    [SkippableFact]
    public void Of_a_full_disk_and_a_broken_one_says_try_again_with_the_system_s_own_errors()
    {
        Skip.IfNot(File.Exists("/dev/full") && File.Exists("/proc/self/mem"), "needs Linux's /dev/full and /proc");
        Failure full = Thrown(() =>
        {
            using FileStream file = new("/dev/full", FileMode.Open, FileAccess.Write, FileShare.Write, bufferSize: 0);
            file.WriteByte(1);
        }), broken = Thrown(() => new FileStream("/proc/self/mem", FileMode.Open, FileAccess.Read).ReadByte());

        full.ExitCode.Should().Be(75, full.Message);
        full.Message.Should().Contain("No space left");
        broken.ExitCode.Should().Be(75, broken.Message);
    }

    [Fact]
    public void Of_a_file_that_another_has_for_itself_says_try_again()
    {
        string path = Path.Combine(_folder, "file");
        using FileStream held = new(path, FileMode.Create, FileAccess.Write, FileShare.None);

        Thrown(() => new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.None).Dispose()).ExitCode.Should().Be(75);
    }

    private static Failure Thrown(Action action)
    {
        try
        {
            action();
        }
        catch (Exception e)
        {
            return Failure.Of(e) ?? throw new InvalidOperationException("Not expected.", e);
        }

        throw new InvalidOperationException("Nothing was thrown.");
    }

    private sealed class PassingDbException(bool passes) : DbException("The connection was lost.")
    {
        public override bool IsTransient => passes;
    }
}
