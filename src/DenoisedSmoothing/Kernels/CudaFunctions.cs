using System.Runtime.InteropServices;

namespace DenoisedSmoothing.Kernels;

/// <summary>
/// The functions of NVIDIA's driver (CUDA Driver API) that this library calls, found by name where a driver is installed.
/// </summary>
internal sealed unsafe class CudaFunctions
{
    private static readonly Lazy<CudaFunctions?> s_loaded = new(Load);

    private readonly nint _library;

    /// <param name="library">Handle of the driver's library.</param>
    internal CudaFunctions(nint library) => _library = library;

    /// <summary>The functions; null where there is no driver.</summary>
    public static CudaFunctions? Loaded => s_loaded.Value;

    public delegate* unmanaged<uint, int> Init => (delegate* unmanaged<uint, int>)Export("cuInit");

    public delegate* unmanaged<int*, int, int> DeviceGet => (delegate* unmanaged<int*, int, int>)Export("cuDeviceGet");

    public delegate* unmanaged<int*, int, int, int> DeviceGetAttribute =>
        (delegate* unmanaged<int*, int, int, int>)Export("cuDeviceGetAttribute");

    public delegate* unmanaged<nint*, int, int> DevicePrimaryCtxRetain =>
        (delegate* unmanaged<nint*, int, int>)Export("cuDevicePrimaryCtxRetain");

    public delegate* unmanaged<nint*, int> CtxGetCurrent => (delegate* unmanaged<nint*, int>)Export("cuCtxGetCurrent");

    public delegate* unmanaged<nint, int> CtxSetCurrent => (delegate* unmanaged<nint, int>)Export("cuCtxSetCurrent");

    public delegate* unmanaged<nint*, void*, int> ModuleLoadData => (delegate* unmanaged<nint*, void*, int>)Export("cuModuleLoadData");

    public delegate* unmanaged<nint*, nint, byte*, int> ModuleGetFunction =>
        (delegate* unmanaged<nint*, nint, byte*, int>)Export("cuModuleGetFunction");

    public delegate* unmanaged<nint, uint, uint, uint, uint, uint, uint, uint, nint, void**, void**, int> LaunchKernel =>
        (delegate* unmanaged<nint, uint, uint, uint, uint, uint, uint, uint, nint, void**, void**, int>)Export("cuLaunchKernel");

    /// <summary>Throws where a call did not succeed.</summary>
    /// <exception cref="InvalidOperationException">The code is not that of success.</exception>
    public void Check(int code, string call)
    {
        if (code == 0)
            return;
        byte* name = null;
        ((delegate* unmanaged<int, byte**, int>)Export("cuGetErrorName"))(code, &name);
        throw new InvalidOperationException($"{call}: {(name is null ? $"error {code}" : Marshal.PtrToStringUTF8((nint)name))}.");
    }

    private nint Export(string name) => NativeLibrary.GetExport(_library, name);

    private static CudaFunctions? Load() =>
        NativeLibrary.TryLoad(OperatingSystem.IsWindows() ? "nvcuda.dll" : "libcuda.so.1", out nint library) ? new(library) : null;
}
