using System.Collections.Concurrent;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Kernels;

/// <summary>
/// The library's own CUDA kernels, which the U-Nets and transformers take for norms and additions, and in float32 for convolutions and
/// products (docs/performance.md has their speed). They are compared with the plain operations at first use of each device; where they fail
/// that, or cannot be loaded, plain operations are taken. Certificates say which: votes that were computed in another way are another
/// classifier's.
/// </summary>
/// <remarks>
/// They need a CUDA card from Volta on. They are taken where no gradient can be taped (<c>torch.no_grad</c>, <c>torch.inference_mode</c>),
/// as Predict and Certify work. Safe for concurrent use.
/// </remarks>
public static class GpuKernels
{
    /// <summary>Changes with every change of a kernel that can change a bit of a result.</summary>
    internal const int Version = 2;

    private static readonly ConcurrentDictionary<int, Lazy<State>> s_devices = new();
    private static readonly AsyncLocal<KernelCalls?> s_replaced = new();
    private static volatile bool s_enabled = KernelSwitch.On("DenoisedSmoothing.GpuKernels");
    private static volatile bool s_tf32x3 = KernelSwitch.On("DenoisedSmoothing.Tf32x3", "DENOISED_SMOOTHING_TF32X3");

    /// <summary>Whether they may be taken; not to be changed while votes are drawn.</summary>
    /// <value>True, unless the environment variable DENOISED_SMOOTHING_KERNELS is 0 or the AppContext switch
    /// <c>DenoisedSmoothing.GpuKernels</c> is off.</value>
    public static bool Enabled
    {
        get => s_enabled;
        set => s_enabled = value;
    }

    /// <summary>
    /// Whether products of float32 may be three products in TF32, whose sum keeps 22 bits of each factor; not to be changed while votes are
    /// drawn. On cards for data centers, from the A100 on, where that is faster, and where TF32 itself is not allowed
    /// (<see cref="LibTorch.AllowTf32"/>); certificates say <c>float32+kernels2+tf32x3</c> then.
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
    /// <returns>A sentence; null where they are taken.</returns>
    public static string? WhyNot(Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        if (device.type != DeviceType.CUDA)
            return "The kernels are for CUDA devices.";
        return Enabled ? On(device.index).WhyNot : "The kernels are switched off.";
    }

    /// <summary>Whether a card's products of float32 are three in TF32.</summary>
    internal static bool TakesTf32x3(Device card) =>
        Enabled && Tf32x3 && !LibTorch.AllowTf32 && On(card.index).Calls?.Products is not null;

    /// <summary>What is to be said where a card computes without kernels that were wanted.</summary>
    internal static IEnumerable<string> Warnings(IEnumerable<Device> devices) => Enabled
        ? devices.Where(static device => device.type == DeviceType.CUDA).Distinct()
            .Select(static device => On(device.index).Warning(device, Tf32x3 && !LibTorch.AllowTf32))
            .OfType<string>()
        : [];

    /// <summary>The kernels for a tensor; null where plain operations are to be taken.</summary>
    internal static KernelCalls? For(Tensor x)
    {
        if (is_grad_enabled())
            return null;
        if (s_replaced.Value is { } replaced)
            return replaced;
        return x.device_type == DeviceType.CUDA && Enabled ? On(x.device_index).Calls : null;
    }

    /// <summary>The products of float32 rows, where they are not the plain ones.</summary>
    internal static SplitProduct? ProductsFor(Tensor rows) =>
        rows.dtype == ScalarType.Float32 && Tf32x3 ? For(rows)?.Products : null;

    /// <summary>Takes these for tensors of any device until disposed, in this flow of control.</summary>
    internal static IDisposable Replace(KernelCalls calls)
    {
        s_replaced.Value = calls;
        return new Replacement();
    }

    // A device without a number is the first: libtorch's default, which this library never changes.
    private static State On(int index) => s_devices.GetOrAdd(Math.Max(index, 0), static device => new(() => Load(device))).Value;

    private static State Load(int device) => Examine(
        () => CudaFunctions.Loaded is { } cuda ? new CudaDriver(new CudaContext(cuda, device), Cublas.Loaded) : null,
        new Device(DeviceType.CUDA, device));

    /// <summary>Opens a driver and holds its kernels against plain operations.</summary>
    /// <param name="open">Null where there is none.</param>
    /// <param name="device">Where the kernels and the plain operations compute.</param>
    internal static State Examine(Func<IKernelDriver?> open, Device device)
    {
        try
        {
            if (open() is not { } driver)
                return new State(null, "NVIDIA's driver library was not found.");
            KernelCalls calls = new(driver);
            if (Differing(KernelCheck.Run(calls, device)) is { } differing)
                return new State(null, differing);
            (SplitProduct? products, string? why) = Products(driver, device);
            return new State(products is null ? calls : new KernelCalls(driver, products), null, why);
        }
        catch (Exception e) when (IsRefusal(e))
        {
            return new State(null, e.Message);
        }
    }

    // A library of products that cannot be had is no reason to do without the kernels.
    private static (SplitProduct? Products, string? WhyNot) Products(IKernelDriver driver, Device device)
    {
        try
        {
            if (driver.OpenTensorCores() is not { } cores)
                return (null, null);
            SplitProduct products = new(driver, cores);
            return Differing(KernelCheck.Run(products, device)) is { } differing ? (null, differing) : (products, null);
        }
        catch (Exception e) when (IsRefusal(e))
        {
            return (null, e.Message);
        }
    }

    private static string? Differing(IReadOnlyList<string> failures) =>
        failures.Count == 0 ? null : $"They differ from the plain operations: {string.Join("; ", failures)}.";

    private static bool IsRefusal(Exception e) => e is InvalidOperationException or EntryPointNotFoundException or DllNotFoundException
        or System.Runtime.InteropServices.ExternalException;

    /// <summary>A device's kernels, or why there are none; and why products of float32 are plain, where others were to be had.</summary>
    internal sealed record State(KernelCalls? Calls, string? WhyNot, string? WhyNotProducts = null)
    {
        /// <summary>What is to be said of it; null for nothing.</summary>
        /// <param name="device">Its name.</param>
        /// <param name="products">Whether those are wanted.</param>
        public string? Warning(Device device, bool products) => WhyNot is not null
            ? $"{device} computes by plain operations, which are slower: {WhyNot}"
            : products && WhyNotProducts is not null
                ? $"{device} computes products of float32 by the plain operation, which is slower: {WhyNotProducts}"
                : null;
    }

    private sealed class Replacement : IDisposable
    {
        public void Dispose() => s_replaced.Value = null;
    }
}
