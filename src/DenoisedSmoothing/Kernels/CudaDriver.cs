using System.Collections.Concurrent;
using System.IO.Compression;

namespace DenoisedSmoothing.Kernels;

/// <summary>
/// The kernels on one CUDA device: compiled by the driver for its card, launched on the default stream, which is libtorch's.
/// </summary>
/// <remarks>A module belongs to a context, and libtorch computes in each device's primary context. Safe for concurrent use.</remarks>
internal sealed unsafe class CudaDriver : IKernelDriver
{
    private readonly CudaFunctions _cuda;
    private readonly CudaContext _context;
    private readonly Func<nint> _products;
    private readonly nint _module;
    private readonly ConcurrentDictionary<string, nint> _kernels = new(StringComparer.Ordinal);
    private readonly delegate* unmanaged<nint, uint, uint, uint, uint, uint, uint, uint, nint, void**, void**, int> _launch;

    /// <summary>Loads the kernels.</summary>
    /// <param name="context">The device.</param>
    /// <param name="products">Finds NVIDIA's library for products.</param>
    /// <exception cref="InvalidOperationException">The driver cannot compile or load them; the message has its reason.</exception>
    public CudaDriver(CudaContext context, Func<nint> products)
    {
        (_context, _cuda, _products) = (context, context.Cuda, products);
        _launch = _cuda.LaunchKernel;
        nint module = 0;
        using (context.Enter())
        fixed (byte* text = Ptx())
            _cuda.Check(_cuda.ModuleLoadData(&module, text), "cuModuleLoadData");
        _module = module;
    }

    public int Multiprocessors => _context.Multiprocessors;

    public ITensorCores? OpenTensorCores() => Cublas.Pays(_context.Capability) ? new Cublas(_context, _products()) : null;

    public void Launch(string kernel, KernelGrid grid, ReadOnlySpan<KernelArgument> arguments)
    {
        Span<nint> addresses = stackalloc nint[arguments.Length];
        using CudaContext.Current current = _context.Enter();
        nint function = _kernels.TryGetValue(kernel, out nint known) ? known : Find(kernel);
        fixed (KernelArgument* first = arguments)
        fixed (nint* places = addresses)
        {
            KernelArgument.Addresses(first, addresses);
            _cuda.Check(
                _launch(function, (uint)grid.X, (uint)grid.Y, 1, (uint)grid.Threads, 1, 1, (uint)grid.SharedBytes, 0, (void**)places, null),
                kernel);
        }
    }

    private nint Find(string kernel)
    {
        nint function = 0;
        fixed (byte* name = System.Text.Encoding.UTF8.GetBytes(kernel + '\0'))
            _cuda.Check(_cuda.ModuleGetFunction(&function, _module, name), $"cuModuleGetFunction {kernel}");
        return _kernels[kernel] = function;
    }

    // Text that ends with a zero.
    private static byte[] Ptx()
    {
        using Stream packed = typeof(CudaDriver).Assembly.GetManifestResourceStream("kernels.ptx.gz")!;
        using GZipStream text = new(packed, CompressionMode.Decompress);
        using MemoryStream whole = new();
        text.CopyTo(whole);
        whole.WriteByte(0);
        return whole.ToArray();
    }
}
