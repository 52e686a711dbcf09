using System.Collections.Concurrent;
using System.IO.Compression;

namespace DenoisedSmoothing.Kernels;

/// <summary>
/// The kernels on one CUDA device: compiled by the driver for its card, launched on the default stream, which is libtorch's.
/// </summary>
/// <remarks>A module belongs to a context, and libtorch computes in each device's primary context. Safe for concurrent use.</remarks>
internal sealed unsafe class CudaDriver : IKernelDriver
{
    private const int MultiprocessorCount = 16; // CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT

    private readonly CudaFunctions _cuda;
    private readonly nint _context, _module;
    private readonly ConcurrentDictionary<string, nint> _kernels = new(StringComparer.Ordinal);
    private readonly delegate* unmanaged<nint*, int> _getCurrent;
    private readonly delegate* unmanaged<nint, int> _setCurrent;
    private readonly delegate* unmanaged<nint, uint, uint, uint, uint, uint, uint, uint, nint, void**, void**, int> _launch;

    /// <summary>Loads the kernels.</summary>
    /// <param name="cuda">The driver.</param>
    /// <param name="device">As CUDA_VISIBLE_DEVICES numbers them.</param>
    /// <exception cref="InvalidOperationException">The driver cannot compile or load them; the message has its reason.</exception>
    public CudaDriver(CudaFunctions cuda, int device)
    {
        _cuda = cuda;
        _getCurrent = cuda.CtxGetCurrent;
        _setCurrent = cuda.CtxSetCurrent;
        _launch = cuda.LaunchKernel;
        int handle = 0, multiprocessors = 0;
        nint context = 0, module = 0;
        cuda.Check(cuda.Init(0), "cuInit");
        cuda.Check(cuda.DeviceGet(&handle, device), "cuDeviceGet");
        cuda.Check(cuda.DeviceGetAttribute(&multiprocessors, MultiprocessorCount, handle), "cuDeviceGetAttribute");
        cuda.Check(cuda.DevicePrimaryCtxRetain(&context, handle), "cuDevicePrimaryCtxRetain");
        (Multiprocessors, _context) = (multiprocessors, context);
        nint before = Enter();
        try
        {
            fixed (byte* text = Ptx())
                cuda.Check(cuda.ModuleLoadData(&module, text), "cuModuleLoadData");
        }
        finally
        {
            Leave(before);
        }

        _module = module;
    }

    public int Multiprocessors { get; }

    public void Launch(string kernel, KernelGrid grid, ReadOnlySpan<KernelArgument> arguments)
    {
        Span<nint> addresses = stackalloc nint[arguments.Length];
        nint before = Enter();
        try
        {
            nint function = _kernels.TryGetValue(kernel, out nint known) ? known : Find(kernel);
            fixed (KernelArgument* first = arguments)
            fixed (nint* places = addresses)
            {
                KernelArgument.Addresses(first, addresses);
                _cuda.Check(
                    _launch(function, (uint)grid.X, (uint)grid.Y, 1, (uint)grid.Threads, 1, 1, (uint)grid.SharedBytes, 0, (void**)places,
                        null), kernel);
            }
        }
        finally
        {
            Leave(before);
        }
    }

    // libtorch leaves the first device current on a thread, whichever device it was asked for last.
    private nint Enter()
    {
        nint before = 0;
        _cuda.Check(_getCurrent(&before), "cuCtxGetCurrent");
        if (before != _context)
            _cuda.Check(_setCurrent(_context), "cuCtxSetCurrent");
        return before;
    }

    private void Leave(nint before)
    {
        if (before != _context)
            _cuda.Check(_setCurrent(before), "cuCtxSetCurrent");
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
