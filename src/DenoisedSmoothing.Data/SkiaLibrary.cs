using SkiaSharp;

namespace DenoisedSmoothing.Data;

/// <summary>Checks that the native library that decodes images is available.</summary>
internal static class SkiaLibrary
{
    private static volatile bool s_loaded;

    /// <summary>Loads it now, with an error that says what to do.</summary>
    /// <exception cref="DllNotFoundException">No native package is referenced, or this system cannot load it.</exception>
    public static void EnsureAvailable()
    {
        if (s_loaded)
            return;
        try
        {
            _ = SKImageInfo.PlatformColorType;
            s_loaded = true;
        }
        catch (Exception e) when (e is DllNotFoundException or TypeInitializationException
            or BadImageFormatException or InvalidOperationException)
        {
            throw new DllNotFoundException(
                "The native library of SkiaSharp, which decodes image files, could not be loaded. On Linux add the package "
                + "SkiaSharp.NativeAssets.Linux.NoDependencies to your application, of the same version as SkiaSharp "
                + $"({typeof(SKImageInfo).Assembly.GetName().Version?.ToString(3)}); on Windows and macOS it comes with SkiaSharp. "
                + $"({(e.InnerException ?? e).Message})", e);
        }
    }
}
