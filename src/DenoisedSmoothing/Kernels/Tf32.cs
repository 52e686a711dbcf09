namespace DenoisedSmoothing.Kernels;

/// <summary>
/// Whether float32 is TF32 on cards. In NVIDIA's libraries one environment variable overrides whatever a program asks for.
/// </summary>
internal static class Tf32
{
    /// <summary>The variable.</summary>
    public const string Variable = "NVIDIA_TF32_OVERRIDE";

    private static readonly string? s_override = Environment.GetEnvironmentVariable(Variable);

    /// <summary>Whether libtorch's float32 products and convolutions may round to it.</summary>
    public static bool Allowed => IsAllowed(LibTorch.AllowTf32, s_override);

    /// <summary>Whether it is forbidden, even for those that ask for it.</summary>
    public static bool Forbidden => s_override == "0";

    internal static bool IsAllowed(bool asked, string? overridden) => overridden switch
    {
        "0" => false,
        "1" => true,
        _ => asked,
    };
}
