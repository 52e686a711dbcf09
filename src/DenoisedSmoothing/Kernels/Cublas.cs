using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace DenoisedSmoothing.Kernels;

/// <summary>
/// NVIDIA's matrix products (cuBLAS), from the library that libtorch itself has loaded. libtorch allows TF32 for a whole process or not at
/// all; here each product asks for it.
/// </summary>
/// <remarks>Computes on the default stream, which is libtorch's. Safe for concurrent use.</remarks>
internal sealed unsafe class Cublas : ITensorCores
{
    // cublas_api.h and library_types.h
    private const int NotTransposed = 0, Transposed = 1, Float32 = 0, ComputeFast32Tf32 = 77, DefaultAlgorithm = -1;

    private readonly CudaContext _context;
    private readonly nint _library, _handle;
    private readonly delegate* unmanaged<
        nint, int, int, int, int, int, float*, nint, int, int, nint, int, int, float*, nint, int, int, int, int, int> _multiply;

    /// <summary>Opens it on a device.</summary>
    /// <param name="context">The device.</param>
    /// <param name="library">Handle of the library.</param>
    /// <exception cref="InvalidOperationException">It refuses; the message has the reason.</exception>
    public Cublas(CudaContext context, nint library)
    {
        (_context, _library) = (context, library);
        _multiply = (delegate* unmanaged<
            nint, int, int, int, int, int, float*, nint, int, int, nint, int, int, float*, nint, int, int, int, int, int>)
            NativeLibrary.GetExport(library, "cublasGemmEx");
        nint handle = 0;
        using (context.Enter())
            Check(((delegate* unmanaged<nint*, int>)NativeLibrary.GetExport(library, "cublasCreate_v2"))(&handle), "cublasCreate");
        _handle = handle;
    }

    /// <summary>
    /// Whether three products in TF32 are faster than one in float32: on these TF32 has about eight times the rate, on other cards the same
    /// or twice the rate.
    /// </summary>
    public static bool Pays(Version capability) => (capability.Major, capability.Minor) is (8, 0) or (9, 0) or (10, 0) or (10, 3);

    /// <summary>The library with which libtorch computes.</summary>
    /// <exception cref="InvalidOperationException">There is none in this process.</exception>
    public static nint Loaded()
    {
        const string Gemm = "cublasGemmEx";
        // A process may have several: on Linux libtorch's own dependencies are searched, on Windows there are only folders to go by.
        (string torch, string cublas) = OperatingSystem.IsWindows() ? ("torch_cuda", "cublas64_") : ("libtorch_cuda.so", "libcublas.so");
        if (Module(torch) is not { } path)
            throw new InvalidOperationException($"libtorch has no part for CUDA in this process ({torch}).");
        nint library = NativeLibrary.Load(path);
        if (NativeLibrary.TryGetExport(library, Gemm, out _))
            return library;
        return Module(cublas, Path.GetDirectoryName(path)) is { } beside
            ? NativeLibrary.Load(beside)
            : throw new InvalidOperationException($"libtorch has not loaded cuBLAS ({cublas}*).");
    }

    /// <summary>A library of this process by the beginning of its name, which a version may follow.</summary>
    /// <param name="start">Of the file's name.</param>
    /// <param name="folder">Where it lies; null for anywhere.</param>
    /// <returns>Its path; null where there is none.</returns>
    internal static string? Module(string start, string? folder = null)
    {
        using Process process = Process.GetCurrentProcess();
        return process.Modules.Cast<ProcessModule>()
            .FirstOrDefault(module => module.ModuleName.StartsWith(start, StringComparison.OrdinalIgnoreCase)
                && (folder is null || Path.GetDirectoryName(module.FileName) == folder))
            ?.FileName;
    }

    // cuBLAS is column-major, so it sees all three transposed: y^T = w x^T.
    public void Multiply(in TensorProduct product)
    {
        float one = 1, kept = product.Adds ? 1 : 0;
        using CudaContext.Current current = _context.Enter();
        Check(
            _multiply(_handle, Transposed, NotTransposed, product.Results, product.Rows, product.Terms, &one, product.W, Float32,
                product.WPitch, product.X, Float32, product.XPitch, &kept, product.Y, Float32, product.Results, ComputeFast32Tf32,
                DefaultAlgorithm), "cublasGemmEx");
    }

    private void Check(int status, string call)
    {
        if (status == 0)
            return;
        // Not in older versions.
        string? name = NativeLibrary.TryGetExport(_library, "cublasGetStatusName", out nint function)
            ? Marshal.PtrToStringUTF8((nint)((delegate* unmanaged<int, byte*>)function)(status))
            : null;
        throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"{call}: {name ?? $"cuBLAS status {status}"}."));
    }
}
