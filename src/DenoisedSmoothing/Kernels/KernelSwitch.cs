namespace DenoisedSmoothing.Kernels;

/// <summary>Whether the library's own kernels may be used from the start.</summary>
internal static class KernelSwitch
{
    private const string All = "DENOISED_SMOOTHING_KERNELS";

    /// <param name="name">The AppContext switch of these kernels.</param>
    /// <param name="variable">An environment variable for only these; null for none.</param>
    public static bool On(string name, string? variable = null) => IsOn(All) && (variable is null || IsOn(variable))
        && (!AppContext.TryGetSwitch(name, out bool on) || on);

    private static bool IsOn(string variable) => Environment.GetEnvironmentVariable(variable) != "0";
}
