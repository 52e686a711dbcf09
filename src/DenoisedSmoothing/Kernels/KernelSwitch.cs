namespace DenoisedSmoothing.Kernels;

/// <summary>Whether own kernels may be taken from the start.</summary>
internal static class KernelSwitch
{
    /// <param name="name">The AppContext switch of these kernels.</param>
    public static bool On(string name) => Environment.GetEnvironmentVariable("DENOISED_SMOOTHING_KERNELS") != "0"
        && (!AppContext.TryGetSwitch(name, out bool on) || on);
}
