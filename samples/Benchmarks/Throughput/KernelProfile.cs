using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace DenoisedSmoothing.Benchmarks;

/// <summary>
/// Where a pass's time on a card goes, by kind of operation: NVIDIA's profiler (Nsight Compute, <c>ncu</c>) runs this program again and
/// times each kernel of one pass.
/// </summary>
internal static class KernelProfile
{
    private const string Child = "DENOISED_SMOOTHING_PROFILED";

    /// <summary>Whether this process is the one that is profiled.</summary>
    public static bool IsChild => Environment.GetEnvironmentVariable(Child) == "1";

    /// <summary>Runs this program under the profiler and prints the table.</summary>
    /// <returns>The exit code: not 0 where there is no profiler or the card does not allow it.</returns>
    public static int Run(IReadOnlyList<string> arguments)
    {
        ProcessStartInfo start = new("ncu") { RedirectStandardOutput = true };
        foreach (string argument in (string[])
        [
            "--clock-control", "none", "--profile-from-start", "off", "--metrics", "gpu__time_duration.sum", "--csv",
            Environment.ProcessPath!,
        ])
            start.ArgumentList.Add(argument);
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
            start.ArgumentList.Add(typeof(KernelProfile).Assembly.Location);
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        start.Environment[Child] = "1";
        try
        {
            using Process ncu = Process.Start(start)!;
            string output = ncu.StandardOutput.ReadToEnd();
            ncu.WaitForExit();
            List<(string Kernel, double Microseconds)> kernels = KernelTimes.Parse(output);
            if (kernels.Count == 0)
            {
                Console.Error.WriteLine($"The profiler timed no kernel (exit code {ncu.ExitCode}); the card may not allow it:\n{output}");
                return 1;
            }

            Print(kernels);
            return 0;
        }
        catch (Win32Exception)
        {
            Console.Error.WriteLine("--profile needs NVIDIA's Nsight Compute: ncu was not found. It comes with the CUDA toolkit.");
            return 1;
        }
    }

    /// <summary>Lets the profiler see what happens meanwhile.</summary>
    public static void Seen(Action action)
    {
        Driver("cuProfilerStart");
        action();
        TorchSharp.torch.cuda.synchronize();
        Driver("cuProfilerStop");
    }

    private static void Print(List<(string Kernel, double Microseconds)> kernels)
    {
        double all = kernels.Sum(static kernel => kernel.Microseconds);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{kernels.Count} kernels, {all / 1e3:F2} ms"));
        foreach (var kind in kernels.GroupBy(static kernel => KernelTimes.Kind(kernel.Kernel))
            .OrderByDescending(static kind => kind.Sum(k => k.Microseconds)))
        {
            Line(kind.Key, kind);
            foreach (var kernel in kind.GroupBy(static k => k.Kernel).OrderByDescending(static k => k.Sum(x => x.Microseconds)).Take(4))
                Line("    " + (kernel.Key.Length > 90 ? kernel.Key[..90] : kernel.Key), kernel);
        }

        void Line(string name, IEnumerable<(string Kernel, double Microseconds)> part) => Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{part.Sum(static k => k.Microseconds) / all,6:P1} {part.Sum(static k => k.Microseconds),10:F0} us {part.Count(),5}  {name}"));
    }

    private static unsafe void Driver(string function)
    {
        nint library = NativeLibrary.Load(OperatingSystem.IsWindows() ? "nvcuda.dll" : "libcuda.so.1");
        int code = ((delegate* unmanaged<int>)NativeLibrary.GetExport(library, function))();
        if (code != 0)
            throw new InvalidOperationException($"{function}: CUDA error {code}.");
    }
}
