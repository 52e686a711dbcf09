using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using DenoisedSmoothing.Kernels;
using DenoisedSmoothing.Testing;

namespace DenoisedSmoothing.Torch.Tests.Kernels;

/// <summary>
/// The library's kernels, compiled for the CPU by whatever C++ compiler is installed and run on CPU tensors: the same source as the card's,
/// with threads, barriers and lanes emulated. Skips where there is no compiler.
/// </summary>
internal sealed unsafe class CpuDriver : IKernelDriver
{
    private static readonly Lazy<nint> s_library = new(Compile);

    private readonly delegate* unmanaged<byte*, int, int, int, int, void**, int> _run;

    private CpuDriver(nint library) =>
        _run = (delegate* unmanaged<byte*, int, int, int, int, void**, int>)NativeLibrary.GetExport(library, "run");

    /// <summary>Kernels that were launched, in their order.</summary>
    public List<string> Launched { get; } = [];

    public int Multiprocessors { get; init; } = 2;

    /// <summary>What it has for products in TF32.</summary>
    public ITensorCores? TensorCores { get; init; }

    /// <summary>The library, which is a driver too (cuda.cpp); 0 where there is no compiler.</summary>
    public static nint Library => s_library.Value;

    /// <summary>Where the kernels' sources are.</summary>
    public static string Sources { get; } = Path.Combine(SourceTree.Root, "src/DenoisedSmoothing/Kernels/Cuda");

    public static CpuDriver OrSkip(ITensorCores? cores = null)
    {
        Skip.If(s_library.Value == 0, "no C++ compiler (clang++-19, clang++, g++) is installed");
        return new CpuDriver(s_library.Value) { TensorCores = cores };
    }

    public ITensorCores? OpenTensorCores() => TensorCores;

    public void Launch(string kernel, KernelGrid grid, ReadOnlySpan<KernelArgument> arguments)
    {
        Launched.Add(kernel);
        Span<nint> addresses = stackalloc nint[arguments.Length];
        fixed (byte* name = System.Text.Encoding.UTF8.GetBytes(kernel + '\0'))
        fixed (KernelArgument* first = arguments)
        fixed (nint* places = addresses)
        {
            KernelArgument.Addresses(first, addresses);
            int code = _run(name, grid.X, grid.Y, grid.Threads, grid.SharedBytes, (void**)places);
            if (code != 0)
                throw new InvalidOperationException($"{kernel}: error {code}.");
        }
    }

    private static nint Compile()
    {
        string here = Path.Combine(SourceTree.Root, "tests/DenoisedSmoothing.Torch.Tests/Kernels");
        string library = Path.Combine(Directory.CreateTempSubdirectory("kernels").FullName, "kernels.so");
        foreach (string compiler in (string[])["clang++-19", "clang++", "g++"])
        {
            ProcessStartInfo start = new(compiler)
            {
                RedirectStandardError = true,
                ArgumentList =
                {
                    "-std=c++20", "-O2", "-shared", "-fPIC", "-I" + here,
                    "-I" + Sources, Path.Combine(here, "cpu.cpp"), Path.Combine(here, "cuda.cpp"), "-o", library,
                },
            };
            Process process;
            try
            {
                process = Process.Start(start)!;
            }
            catch (Win32Exception)
            {
                continue; // not installed
            }

            using (process)
            {
                string errors = process.StandardError.ReadToEnd();
                process.WaitForExit();
                if (process.ExitCode != 0)
                    throw new InvalidOperationException($"{compiler} does not take the kernels:\n{errors}");
                return NativeLibrary.Load(library);
            }
        }

        return 0;
    }
}
