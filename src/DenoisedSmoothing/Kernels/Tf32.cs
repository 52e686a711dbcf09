namespace DenoisedSmoothing.Kernels;

/// <summary>Whether float32 is TF32 on cards. NVIDIA's libraries put one environment variable above whatever a program asks for.</summary>
internal static class Tf32
{
    /// <summary>The variable.</summary>
    public const string Variable = "NVIDIA_TF32_OVERRIDE";

    private static readonly string? s_override = Environment.GetEnvironmentVariable(Variable);

    /// <summary>Whether libtorch's products and convolutions of float32 may round to it.</summary>
    public static bool Allowed => IsAllowed(LibTorch.AllowTf32, s_override);

    /// <summary>Whether nothing can have it, although it asks.</summary>
    public static bool Forbidden => s_override == "0";

    internal static bool IsAllowed(bool asked, string? overridden) => overridden switch
    {
        "0" => false,
        "1" => true,
        _ => asked,
    };
}
