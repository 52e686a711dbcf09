namespace DenoisedSmoothing.Kernels;

/// <summary>A device's primary context, in which libtorch computes. Safe for concurrent use.</summary>
internal sealed unsafe class CudaContext
{
    // CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT, _COMPUTE_CAPABILITY_MAJOR, _COMPUTE_CAPABILITY_MINOR
    private const int MultiprocessorCount = 16, CapabilityMajor = 75, CapabilityMinor = 76;

    private readonly nint _context;
    private readonly delegate* unmanaged<nint*, int> _getCurrent;
    private readonly delegate* unmanaged<nint, int> _setCurrent;

    /// <summary>Opens it.</summary>
    /// <param name="cuda">The driver.</param>
    /// <param name="device">Its number under CUDA_VISIBLE_DEVICES.</param>
    /// <exception cref="InvalidOperationException">The driver refuses; the message has its reason.</exception>
    public CudaContext(CudaFunctions cuda, int device)
    {
        Cuda = cuda;
        _getCurrent = cuda.CtxGetCurrent;
        _setCurrent = cuda.CtxSetCurrent;
        int handle = 0;
        nint context = 0;
        cuda.Check(cuda.Init(0), "cuInit");
        cuda.Check(cuda.DeviceGet(&handle, device), "cuDeviceGet");
        Multiprocessors = Attribute(cuda, handle, MultiprocessorCount);
        Capability = new Version(Attribute(cuda, handle, CapabilityMajor), Attribute(cuda, handle, CapabilityMinor));
        cuda.Check(cuda.DevicePrimaryCtxRetain(&context, handle), "cuDevicePrimaryCtxRetain");
        _context = context;
    }

    public CudaFunctions Cuda { get; }

    public int Multiprocessors { get; }

    /// <summary>Such as 9.0.</summary>
    public Version Capability { get; }

    /// <summary>Makes the context current on this thread until disposed.</summary>
    /// <remarks>libtorch leaves the first device current on a thread, whichever device it last used.</remarks>
    public Current Enter()
    {
        nint before = 0;
        Cuda.Check(_getCurrent(&before), "cuCtxGetCurrent");
        if (before != _context)
            Set(_context);
        return new Current(this, before);
    }

    private static int Attribute(CudaFunctions cuda, int device, int which)
    {
        int value = 0;
        cuda.Check(cuda.DeviceGetAttribute(&value, which, device), "cuDeviceGetAttribute");
        return value;
    }

    private void Set(nint context) => Cuda.Check(_setCurrent(context), "cuCtxSetCurrent");

    /// <summary>Restores the thread's previous context.</summary>
    public readonly ref struct Current(CudaContext owner, nint before)
    {
        private readonly nint _before = before;

        public void Dispose()
        {
            if (_before != owner._context)
                owner.Set(_before);
        }
    }
}
