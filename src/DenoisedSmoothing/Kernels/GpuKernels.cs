using System.Collections.Concurrent;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Kernels;

/// <summary>
/// The library's own CUDA kernels, which the U-Nets and transformers take for norms and additions, and U-Nets for convolutions in float32
/// (docs/performance.md has their speed). They are compared with the plain operations at first use of each device; where they fail that, or
/// cannot be loaded, plain operations are taken. Certificates say which: votes that were computed in another way are another classifier's.
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

    /// <summary>Whether they may be taken; not to be changed while votes are drawn.</summary>
    /// <value>True, unless the environment variable DENOISED_SMOOTHING_KERNELS is 0 or the AppContext switch
    /// <c>DenoisedSmoothing.GpuKernels</c> is off.</value>
    public static bool Enabled
    {
        get => s_enabled;
        set => s_enabled = value;
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

    /// <summary>What is to be said where a card computes without kernels that were wanted.</summary>
    internal static IEnumerable<string> Warnings(IEnumerable<Device> devices) => Enabled
        ? devices.Where(static device => device.type == DeviceType.CUDA).Distinct()
            .Select(static device => (Device: device, Why: WhyNot(device)))
            .Where(static device => device.Why is not null)
            .Select(static device => $"{device.Device} computes by plain operations, which are slower: {device.Why}")
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

    /// <summary>Takes these for tensors of any device until disposed, in this flow of control.</summary>
    internal static IDisposable Replace(KernelCalls calls)
    {
        s_replaced.Value = calls;
        return new Replacement();
    }

    // A device without a number is the first: libtorch's default, which this library never changes.
    private static State On(int index) => s_devices.GetOrAdd(Math.Max(index, 0), static device => new(() => Load(device))).Value;

    private static State Load(int device) => Examine(
        () => CudaFunctions.Loaded is { } cuda ? new CudaDriver(cuda, device) : null, new Device(DeviceType.CUDA, device));

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
            IReadOnlyList<string> failures = KernelCheck.Run(calls, device);
            return failures.Count == 0
                ? new State(calls, null)
                : new State(null, $"They differ from the plain operations: {string.Join("; ", failures)}.");
        }
        catch (Exception e)
            when (e is InvalidOperationException or EntryPointNotFoundException or System.Runtime.InteropServices.ExternalException)
        {
            return new State(null, e.Message);
        }
    }

    /// <summary>A device's kernels, or why there are none.</summary>
    internal sealed record State(KernelCalls? Calls, string? WhyNot);

    private sealed class Replacement : IDisposable
    {
        public void Dispose() => s_replaced.Value = null;
    }
}
