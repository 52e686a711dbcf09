using System.Globalization;

namespace DenoisedSmoothing.Benchmarks;

/// <summary>What NVIDIA's profiler says of each kernel, and what kind of operation a kernel is.</summary>
internal static class KernelTimes
{
    // By what kernel names contain, the first that fits.
    private static readonly (string Kind, string[] Names)[] s_kinds =
    [
        ("group norm and image additions (own)", ["add_moments_", "group_norm_"]),
        ("layer norm and token additions (own)", ["add_layer_norm_"]),
        ("tiles of convolutions (own)", ["winograd_weights_", "winograd_pixels_", "winograd_results_"]),
        ("factors of products split (own)", ["split_rows_", "split_weights_"]),
        ("attention", ["fmha", "flash", "attention", "softmax"]),
        ("convolutions", ["conv", "fprop", "implicit", "cudnn", "wgrad", "dgrad"]),
        ("products", ["gemm", "cutlass", "nvjet", "splitk", "gemv", "cublas"]),
        ("norms of libtorch", ["LayerNorm", "layer_norm", "GroupNorm", "RowwiseMoments", "ComputeFusedParams"]),
        ("resizing", ["upsample", "avg_pool"]),
        ("activations", ["gelu", "Gelu", "silu", "Silu"]),
        ("copies and joins", ["copy", "Copy", "CatArray", "Memcpy", "nchw", "nhwc"]),
        ("additions and other passes", ["elementwise", "Functor", "reduce"]),
    ];

    /// <summary>Kernel names and times from the profiler's CSV, which has lines of its own and of the program before and between.</summary>
    /// <exception cref="FormatException">A time is in an unknown unit.</exception>
    public static List<(string Kernel, double Microseconds)> Parse(string csv)
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
                continue; // the profiler's own lines
            double unit = fields[Array.IndexOf(header, "Metric Unit")] switch
            {
                "ns" or "nsecond" => 1e-3,
                "us" or "usecond" => 1,
                "ms" or "msecond" => 1e3,
                "s" or "second" => 1e6,
                string other => throw new FormatException($"The profiler measures in '{other}', which is not a unit of time known here."),
            };
            if (double.TryParse(fields[Array.IndexOf(header, "Metric Value")], NumberStyles.Float | NumberStyles.AllowThousands,
                CultureInfo.InvariantCulture, out double value))
                kernels.Add((fields[Array.IndexOf(header, "Kernel Name")], value * unit));
        }

        return kernels;
    }

    /// <summary>What kind of operation a kernel is.</summary>
    public static string Kind(string kernel) =>
        s_kinds.FirstOrDefault(kind => kind.Names.Any(name => kernel.Contains(name, StringComparison.OrdinalIgnoreCase))).Kind ?? "other";
}
