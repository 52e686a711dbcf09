using System.Runtime.InteropServices;

namespace DenoisedSmoothing.Sampling;

/// <summary>How much memory a CUDA device has. TorchSharp does not say, so NVIDIA's driver is asked.</summary>
internal static unsafe class CudaMemory
{
    private const int Success = 0;

    /// <summary>Total bytes of a device as CUDA_VISIBLE_DEVICES numbers them; null where the driver cannot be asked.</summary>
    /// <remarks>CUDA Driver API: cuInit, cuDeviceGet, cuDeviceTotalMem_v2.</remarks>
    public static long? TotalBytes(int device)
    {
        string library = OperatingSystem.IsWindows() ? "nvcuda.dll" : "libcuda.so.1";
        if (!NativeLibrary.TryLoad(library, out nint driver))
            return null;
        try
        {
            if (!NativeLibrary.TryGetExport(driver, "cuInit", out nint init)
                || !NativeLibrary.TryGetExport(driver, "cuDeviceGet", out nint get)
                || !NativeLibrary.TryGetExport(driver, "cuDeviceTotalMem_v2", out nint total))
                return null;
            int handle = 0;
            nuint bytes = 0;
            bool told = ((delegate* unmanaged<uint, int>)init)(0) == Success
                && ((delegate* unmanaged<int*, int, int>)get)(&handle, device) == Success
                && ((delegate* unmanaged<nuint*, int, int>)total)(&bytes, handle) == Success;
            return told ? checked((long)bytes) : null;
        }
        finally
        {
            NativeLibrary.Free(driver);
        }
    }
}
