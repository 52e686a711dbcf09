using System.Numerics;
using TorchSharp;

namespace DenoisedSmoothing.Sampling;

/// <summary>
/// The rows of a forward pass where none are given: a function of only image size and machine, so that the result is repeatable.
/// </summary>
/// <remarks>
/// A row is assumed to need 8 KB of working memory for each of its values: by their layers' sizes, the paper's CIFAR-10 and ImageNet pairs
/// need about 5 in float32. On the CPU, a batch gets 512 MB and no more than a sixteenth of the machine's memory: larger batches leave the
/// caches, and glibc maps tensors above 32 MB anew for every operation. On an accelerator it gets half of the memory. A guess that proves
/// too high is halved when memory runs out.
/// </remarks>
internal static class BatchSize
{
    internal const int LargestOnCpu = 256;
    internal const int LargestOnAccelerator = 1024;
    private const long BytesPerValue = 8 << 10;
    private const long CpuBytes = 512L << 20;
    private const long UnknownAcceleratorBytes = 16L << 30; // the smallest of common data-centre cards

    /// <summary>A power of two that suits every one of the devices.</summary>
    /// <param name="devices">Where the replicas compute.</param>
    /// <param name="imageShape">[C,H,W].</param>
    public static int For(IEnumerable<torch.Device> devices, long[] imageShape) => devices.Min(device => device.type switch
    {
        DeviceType.CPU => OnCpu(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes, imageShape),
        DeviceType.CUDA => OnAccelerator(CudaMemory.TotalBytes(Math.Max(0, device.index)), imageShape),
        _ => OnAccelerator(null, imageShape),
    });

    /// <param name="bytes">The machine's or the container's memory: all of it, not only what is free now.</param>
    /// <param name="imageShape">[C,H,W].</param>
    internal static int OnCpu(long bytes, long[] imageShape) => Fit(Math.Min(CpuBytes, bytes / 16), RowBytes(imageShape), LargestOnCpu);

    /// <param name="bytes">The device's memory; null where it is not known.</param>
    /// <param name="imageShape">[C,H,W].</param>
    internal static int OnAccelerator(long? bytes, long[] imageShape) =>
        Fit((bytes ?? UnknownAcceleratorBytes) / 2, RowBytes(imageShape), LargestOnAccelerator);

    private static double RowBytes(long[] imageShape) => imageShape.Aggregate((double)BytesPerValue, (product, extent) => product * extent);

    internal static int Fit(long bytes, double rowBytes, int most)
    {
        uint rows = (uint)Math.Clamp(bytes / rowBytes, 1, most);
        return 1 << BitOperations.Log2(rows);
    }
}
