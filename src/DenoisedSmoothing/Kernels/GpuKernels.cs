using System.Collections.Concurrent;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Kernels;

/// <summary>
/// The library's own CUDA kernels, which the U-Nets and transformers use for norms and additions, and in float32 for convolutions and
/// products (docs/performance.md has their speed). They are compared with the plain operations at the first use of each device; where they
/// fail that, or cannot be loaded, plain operations are used. Certificates say which: votes computed in another way belong to another
/// classifier.
/// </summary>
/// <remarks>
/// They need a CUDA card, Volta or newer. They are used where no gradient can be recorded (<c>torch.no_grad</c>,
/// <c>torch.inference_mode</c>), as in Predict and Certify. Safe for concurrent use.
/// </remarks>
public static class GpuKernels
{
    /// <summary>Changes whenever a kernel change can alter a bit of a result.</summary>
    internal const int Version = 2;

    private static readonly ConcurrentDictionary<int, Lazy<CardKernels>> s_devices = new();
    private static readonly AsyncLocal<KernelCalls?> s_replaced = new();
    private static volatile bool s_enabled = KernelSwitch.On("DenoisedSmoothing.GpuKernels");
    private static volatile bool s_tf32x3 = KernelSwitch.On("DenoisedSmoothing.Tf32x3", "DENOISED_SMOOTHING_TF32X3");

    /// <summary>Whether they may be used; not to be changed while votes are drawn.</summary>
    /// <value>True, unless the environment variable DENOISED_SMOOTHING_KERNELS is 0 or the AppContext switch
    /// <c>DenoisedSmoothing.GpuKernels</c> is off.</value>
    public static bool Enabled
    {
        get => s_enabled;
        set => s_enabled = value;
    }

    /// <summary>
    /// Whether float32 products may be computed as three products in TF32, which keep 22 of each factor's 24 bits; not to be changed while
    /// votes are drawn. Only on cards where that is faster (compute capability 8.0, 9.0, 10.0 and 10.3, such as the A100, H100 and B200),
    /// and only while <see cref="LibTorch.AllowTf32"/> is false. Certificates then say <c>float32+kernels2+tf32x3</c>.
    /// </summary>
    /// <value>True, unless the environment variable DENOISED_SMOOTHING_TF32X3 or DENOISED_SMOOTHING_KERNELS is 0, or the AppContext switch
    /// <c>DenoisedSmoothing.Tf32x3</c> is off. Without <see cref="Enabled"/> it has no effect.</value>
    public static bool Tf32x3
    {
        get => s_tf32x3;
        set => s_tf32x3 = value;
    }

    /// <summary>Why a device computes without them.</summary>
    /// <param name="device">Any device.</param>
    /// <returns>A sentence; null where they are used.</returns>
    public static string? WhyNot(Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        if (device.type != DeviceType.CUDA)
            return "The kernels are for CUDA devices.";
        return Enabled ? On(device.index).WhyNot : "The kernels are switched off.";
    }

    /// <summary>Whether a card computes float32 products as three in TF32.</summary>
    internal static bool TakesTf32x3(Device card) =>
        Enabled && Tf32x3 && !Tf32.Allowed && On(card.index).Calls?.Products is not null;

    /// <summary>Why they are not, where they would be faster; null where they would not be faster or are used.</summary>
    internal static string? WhyNotTf32x3(Device card) => Enabled && Tf32x3 && !Tf32.Allowed ? On(card.index).WhyNotProducts : null;

    /// <summary>Warnings where a card computes without kernels that were wanted.</summary>
    /// <param name="devices">Devices of any kind.</param>
    /// <param name="single">Whether they will compute in float32.</param>
    internal static IEnumerable<string> Warnings(IEnumerable<Device> devices, bool single) => Enabled
        ? devices.Where(static device => device.type == DeviceType.CUDA).Distinct()
            .Select(device => On(device.index).Warning(device, single && Tf32x3 && !Tf32.Allowed))
            .OfType<string>()
        : [];

    /// <summary>The kernels for a tensor; null where plain operations are to be used.</summary>
    internal static KernelCalls? For(Tensor x)
    {
        if (is_grad_enabled())
            return null;
        if (s_replaced.Value is { } replaced)
            return replaced;
        return x.device_type == DeviceType.CUDA && Enabled ? On(x.device_index).Calls : null;
    }

    /// <summary>The products for float32 rows, where they are not the plain ones.</summary>
    internal static SplitProduct? ProductsFor(Tensor rows) =>
        rows.dtype == ScalarType.Float32 && Tf32x3 ? For(rows)?.Products : null;

    /// <summary>Uses these for tensors on any device until disposed, in this flow of control.</summary>
    internal static IDisposable Replace(KernelCalls calls)
    {
        s_replaced.Value = calls;
        return new Replacement();
    }

    // A device without a number is the first one: libtorch's default, which this library never changes.
    private static CardKernels On(int index) => s_devices.GetOrAdd(Math.Max(index, 0), static device => new(() => Load(device))).Value;

    private static CardKernels Load(int device) => CardKernels.Examine(
        () => CudaFunctions.Loaded is { } cuda ? new CudaDriver(new CudaContext(cuda, device), Cublas.Loaded) : null,
        new Device(DeviceType.CUDA, device));

    private sealed class Replacement : IDisposable
    {
        public void Dispose() => s_replaced.Value = null;
    }
}
