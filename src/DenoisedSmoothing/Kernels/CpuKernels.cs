using DenoisedSmoothing.Kernels.Cpu;

namespace DenoisedSmoothing.Kernels;

/// <summary>
/// The library's own convolutions for CPUs, which U-Nets, DnCNN, MemNet and the residual networks for small images use in float32, the
/// latter with batch norms folded in (docs/performance.md has their speed). Votes computed without them belong to another classifier: where
/// they are not used, certificates name the arithmetic <c>float32+plain</c>.
/// </summary>
/// <remarks>
/// They need Linux and a processor with AVX2 and FMA. They are used where no gradient can be recorded (<c>torch.no_grad</c>,
/// <c>torch.inference_mode</c>), as in Predict and Certify. Safe for concurrent use.
/// </remarks>
public static class CpuKernels
{
    private static readonly AsyncLocal<bool?> s_here = new();
    private static volatile bool s_enabled = KernelSwitch.On("DenoisedSmoothing.CpuKernels");

    /// <summary>Whether they may be used; not to be changed while votes are drawn.</summary>
    /// <value>True, unless the environment variable DENOISED_SMOOTHING_KERNELS is 0 or the AppContext switch
    /// <c>DenoisedSmoothing.CpuKernels</c> is off.</value>
    public static bool Enabled
    {
        get => s_here.Value ?? s_enabled;
        set => s_enabled = value;
    }

    /// <summary>Why they are not used.</summary>
    /// <value>A sentence; null where they are.</value>
    public static string? WhyNot => !CpuConvolution.Supported
        ? "The kernels need Linux, a processor with AVX2 and FMA, and a libtorch with GNU's OpenMP."
        : Enabled ? null : "The kernels are switched off.";

    /// <summary>Whether they are used: enabled, on a processor that has what they need.</summary>
    internal static bool Taken => Enabled && CpuConvolution.Supported;

    /// <summary>Switches them off until disposed, in this flow of control.</summary>
    internal static IDisposable Without()
    {
        s_here.Value = false;
        return new Restored();
    }

    private sealed class Restored : IDisposable
    {
        public void Dispose() => s_here.Value = null;
    }
}
