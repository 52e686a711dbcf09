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

    // By what kernel names contain, the first that fits.
    private static readonly (string Kind, string[] Names)[] s_kinds =
    [
        ("group norm and image additions (own)", ["add_moments_", "group_norm_"]),
        ("layer norm and token additions (own)", ["add_layer_norm_"]),
        ("attention", ["fmha", "flash", "attention", "softmax"]),
        ("convolutions", ["conv", "fprop", "implicit", "cudnn", "wgrad", "dgrad"]),
        ("products", ["gemm", "cutlass", "nvjet", "splitk", "gemv", "cublas"]),
        ("norms of libtorch", ["LayerNorm", "layer_norm", "GroupNorm", "RowwiseMoments", "ComputeFusedParams"]),
        ("resizing", ["upsample", "avg_pool"]),
        ("activations", ["gelu", "Gelu", "silu", "Silu"]),
        ("copies and joins", ["copy", "Copy", "CatArray", "Memcpy", "nchw", "nhwc"]),
        ("additions and other passes", ["elementwise", "Functor", "reduce"]),
    ];

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
            List<(string Kernel, double Microseconds)> kernels = Parse(output);
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

    /// <summary>Kernel names and times from the profiler's CSV.</summary>
    internal static List<(string Kernel, double Microseconds)> Parse(string csv)
    {
        List<(string, double)> kernels = [];
        string[]? header = null;
        foreach (string line in csv.Split('\n'))
        {
            string[] fields = line.Trim().Trim('"').Split("\",\"");
            if (header is null)
            {
                header = fields.Contains("Kernel Name") ? fields : null;
                continue;
            }

            if (fields.Length != header.Length)
                continue;
            double unit = fields[Array.IndexOf(header, "Metric Unit")] switch
            {
                "ns" or "nsecond" => 1e-3,
                "ms" or "msecond" => 1e3,
                _ => 1,
            };
            if (double.TryParse(fields[Array.IndexOf(header, "Metric Value")], NumberStyles.Float | NumberStyles.AllowThousands,
                CultureInfo.InvariantCulture, out double value))
                kernels.Add((fields[Array.IndexOf(header, "Kernel Name")], value * unit));
        }

        return kernels;
    }

    /// <summary>What kind of operation a kernel is.</summary>
    internal static string Kind(string kernel) =>
        s_kinds.FirstOrDefault(kind => kind.Names.Any(name => kernel.Contains(name, StringComparison.OrdinalIgnoreCase))).Kind ?? "other";

    private static void Print(List<(string Kernel, double Microseconds)> kernels)
    {
        double all = kernels.Sum(static kernel => kernel.Microseconds);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{kernels.Count} kernels, {all / 1e3:F2} ms"));
        foreach (var kind in kernels.GroupBy(static kernel => Kind(kernel.Kernel))
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
