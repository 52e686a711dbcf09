using TorchSharp;

namespace DenoisedSmoothing;

/// <summary>Whether the native library that TorchSharp needs is here.</summary>
public static class LibTorch
{
    /// <summary>Loads libtorch now, with a short error that says what to do where TorchSharp's own fills a page.</summary>
    /// <remarks>Called by everything in this library that starts tensor work; cheap after the first time.</remarks>
    /// <exception cref="DllNotFoundException">No native package is referenced, or this system cannot load it.</exception>
    public static void EnsureAvailable()
    {
        try
        {
            torch.InitializeDeviceType(DeviceType.CPU);
        }
        catch (Exception e) when (e is NotSupportedException or TypeInitializationException or DllNotFoundException or BadImageFormatException)
        {
            throw new DllNotFoundException(Advice(e.ToString()), e);
        }
    }

    internal static string Advice(string trace) => trace.Contains("GLIBCXX_", StringComparison.Ordinal)
        ? "libtorch is here, but TorchSharp's native library asks for a newer libstdc++ (GLIBCXX_3.4.32) than this system has. "
            + "Set <RelaxLibTorchSharp>auto</RelaxLibTorchSharp> in your application's project file and rebuild, or run on a newer system (Debian 13, Ubuntu 24.04)."
        : "The native library of TorchSharp could not be loaded. Add one native package to your application: "
            + "TorchSharp-cpu, TorchSharp-cuda-windows or TorchSharp-cuda-linux, of the same version as TorchSharp ("
            + (typeof(torch).Assembly.GetName().Version?.ToString(3) ?? "unknown") + "). On Linux, also check that libgomp is installed.";
}
