using System.Diagnostics;
using System.Runtime.InteropServices;

namespace DenoisedSmoothing.Kernels;

/// <summary>
/// NVIDIA's products of matrices (cuBLAS), in the library that libtorch itself has loaded. libtorch allows TF32 for a whole process or not
/// at all; here a product asks for itself.
/// </summary>
/// <remarks>Computes on the default stream, which is libtorch's. Safe for concurrent use.</remarks>
internal sealed unsafe class Cublas : ITensorCores
{
    // cublas_api.h and library_types.h
    private const int NotTransposed = 0, Transposed = 1, Float32 = 0, ComputeFast32Tf32 = 77, DefaultAlgorithm = -1;

    private readonly CudaContext _context;
    private readonly nint _handle;
    private readonly delegate* unmanaged<
        nint, int, int, int, int, int, float*, nint, int, int, nint, int, int, float*, nint, int, int, int, int, int> _multiply;

    /// <summary>Opens it on a device.</summary>
    /// <param name="context">The device.</param>
    /// <param name="library">Handle of the library.</param>
    /// <exception cref="InvalidOperationException">It refuses; the message has the reason.</exception>
    public Cublas(CudaContext context, nint library)
    {
        _context = context;
        _multiply = (delegate* unmanaged<
            nint, int, int, int, int, int, float*, nint, int, int, nint, int, int, float*, nint, int, int, int, int, int>)
            NativeLibrary.GetExport(library, "cublasGemmEx");
        nint handle = 0;
        using (context.Enter())
            Check(((delegate* unmanaged<nint*, int>)NativeLibrary.GetExport(library, "cublasCreate_v2"))(&handle), "cublasCreate");
        _handle = handle;
    }

    /// <summary>
    /// Whether three products in TF32 are faster than one in float32: the cards for data centers from the A100 on have a multiple of the
    /// rate in TF32 (8 times, on paper), all others the same or the double.
    /// </summary>
    public static bool Pays(Version capability) => capability is { Major: 8, Minor: 0 } or { Major: 9 or 10 };

    /// <summary>The library that libtorch has loaded.</summary>
    /// <exception cref="InvalidOperationException">There is none in this process.</exception>
    public static nint Loaded() => Loaded(OperatingSystem.IsWindows() ? "cublas64_" : "libcublas.so");

    /// <summary>A library of this process by the beginning of its name; behind it is a version, and a machine may have several.</summary>
    internal static nint Loaded(string start)
    {
        using Process process = Process.GetCurrentProcess();
        string? path = process.Modules.Cast<ProcessModule>()
            .FirstOrDefault(module => module.ModuleName.StartsWith(start, StringComparison.OrdinalIgnoreCase))?.FileName;
        return path is null
            ? throw new InvalidOperationException($"libtorch has not loaded NVIDIA's library of products ({start}*).")
            : NativeLibrary.Load(path);
    }

    // It has columns beside one another, so that to it all three matrices are transposed: y^T = w x^T.
    public void Multiply(in TensorProduct product)
    {
        float one = 1, kept = product.Adds ? 1 : 0;
        using CudaContext.Current current = _context.Enter();
        Check(
            _multiply(_handle, Transposed, NotTransposed, product.Results, product.Rows, product.Terms, &one, product.W, Float32,
                product.WPitch, product.X, Float32, product.XPitch, &kept, product.Y, Float32, product.Results, ComputeFast32Tf32,
                DefaultAlgorithm), "cublasGemmEx");
    }

    private static void Check(int status, string call)
    {
        if (status != 0)
            throw new InvalidOperationException($"{call}: status {status} (cublasStatus_t).");
    }
}
