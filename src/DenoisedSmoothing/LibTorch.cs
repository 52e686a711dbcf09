using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using TorchSharp;

namespace DenoisedSmoothing;

/// <summary>Whether the native library that TorchSharp needs is here.</summary>
public static class LibTorch
{
    private static readonly Lock s_gate = new();
    private static volatile bool s_loaded;

    /// <summary>Loads libtorch now, with a short error that says what to do where TorchSharp's own fills a page.</summary>
    /// <remarks>Called by everything in this library that starts tensor work; cheap after the first time.</remarks>
    /// <exception cref="DllNotFoundException">
    /// No native package is referenced, or this system cannot load it. TorchSharp's own words are under the key <c>TorchSharp</c> of its
    /// Data.
    /// </exception>
    public static void EnsureAvailable()
    {
        if (s_loaded)
            return;
        lock (s_gate)
        {
            ProbeOnLinux();
            Load();
            s_loaded = true;
        }
    }

    /// <summary>The device of that name, checked to be there.</summary>
    /// <param name="name"><c>cpu</c>, <c>cuda</c>, <c>cuda:1</c> and so on.</param>
    /// <exception cref="ArgumentException">The text names no device, or this process does not have it; the message says what to
    /// do.</exception>
    /// <exception cref="DllNotFoundException">libtorch cannot be loaded; the message says what to do.</exception>
    public static torch.Device DeviceNamed(string name)
    {
        // Looked at before torch.device, which starts CUDA at once and fails with a page of text.
        string[] parts = (name ?? "").Split(':');
        int number = 0;
        if (parts[0] is not ("cpu" or "cuda") || parts.Length > (parts[0] == "cpu" ? 1 : 2)
            || (parts.Length == 2 && !PlainNumber.TryParseWhole(parts[1], out number)))
            throw new ArgumentException($"'{name}' is not a device. Say cpu, cuda or cuda:1, for instance.", nameof(name));
        EnsureAvailable();
        if (parts[0] == "cuda")
        {
            int count = CudaDevices();
            if (count == 0)
                throw new ArgumentException(
                    $"'{name}': no CUDA device can be used. Add TorchSharp-cuda-windows or TorchSharp-cuda-linux to your application in "
                    + $"place of TorchSharp-cpu, and check the driver; or say cpu.", nameof(name));
            if (parts.Length == 2 && number >= count)
                throw new ArgumentException($"'{name}': there are {count} CUDA devices, counted from 0.", nameof(name));
        }

        return torch.device(name);
    }

    private static int CudaDevices()
    {
        try
        {
            return torch.cuda.is_available() ? torch.cuda.device_count() : 0;
        }
        catch (Exception e)
            when (e is NotSupportedException or InvalidOperationException or TypeInitializationException or DllNotFoundException
                or ExternalException)
        {
            return 0; // a native package without CUDA
        }
    }

    /// <summary>What computes, for certificates: this library, TorchSharp, system and processor kind.</summary>
    internal static string Software { get; } = string.Create(CultureInfo.InvariantCulture,
        $"DenoisedSmoothing {Version(typeof(LibTorch))}; TorchSharp {Version(typeof(torch))}; {RuntimeInformation.RuntimeIdentifier}");

    private static string Version(Type type) => type.Assembly.GetName().Version?.ToString(3) ?? "unknown";

    internal static string Advice(string trace) => trace.Contains("GLIBCXX_", StringComparison.Ordinal)
        ? "libtorch is here, but TorchSharp's native library asks for a newer libstdc++ (GLIBCXX_3.4.32) than this system has. "
            + "Set <RelaxLibTorchSharp>auto</RelaxLibTorchSharp> in your application's project file and rebuild, or run on a newer "
                + "system (Debian 13, Ubuntu 24.04)."
        : "The native library of TorchSharp could not be loaded. Add one native package to your application: "
            + "TorchSharp-cpu, TorchSharp-cuda-windows or TorchSharp-cuda-linux, of the same version as TorchSharp ("
            + Version(typeof(torch)) + "). On Linux, also check that libgomp is installed.";

    /// <summary>
    /// Loads as TorchSharp does, for the loader's own words: TorchSharp drops them, and goes on to copy half a gigabyte out of the package
    /// folder that would fail in the same way.
    /// </summary>
    private static void ProbeOnLinux()
    {
        if (!OperatingSystem.IsLinux())
            return;
        try
        {
            NativeLibrary.TryLoad("torch_cpu", typeof(torch).Assembly, null, out _);
            NativeLibrary.Load("LibTorchSharp", typeof(torch).Assembly, null);
        }
        catch (DllNotFoundException e) when (e.Message.Contains("GLIBCXX_", StringComparison.Ordinal))
        {
            throw Unavailable(e);
        }
        catch (DllNotFoundException)
        {
            // In notebooks TorchSharp may still find it.
        }
    }

    private static void Load()
    {
        TextWriter console = Console.Out;
        using WithoutTraces filter = new(console);
        Console.SetOut(filter);
        TextWriter filtered = Console.Out;
        try
        {
            torch.InitializeDeviceType(DeviceType.CPU);
        }
        catch (Exception e)
            when (e is NotSupportedException or TypeInitializationException or DllNotFoundException or BadImageFormatException)
        {
            throw Unavailable(e);
        }
        finally
        {
            if (ReferenceEquals(Console.Out, filtered))
                Console.SetOut(console);
        }
    }

    // Not as the inner exception, which an unhandled one prints in full: a page.
    private static DllNotFoundException Unavailable(Exception e) => new(Advice(e.ToString())) { Data = { ["TorchSharp"] = e.ToString() } };

    /// <summary>
    /// Passes everything on but TorchSharp's account of where it looked, which it writes to the console before it throws.
    /// </summary>
    private sealed class WithoutTraces(TextWriter console) : TextWriter
    {
        public override Encoding Encoding => console.Encoding;

        public override void Write(char value) => console.Write(value);

        public override void Write(char[] buffer, int index, int count) => console.Write(buffer, index, count);

        public override void Write(string? value) => console.Write(value);

        public override void WriteLine(string? value)
        {
            if (value?.Contains("Trace from LoadNativeBackend", StringComparison.Ordinal) != true)
                console.WriteLine(value);
        }

        public override void Flush() => console.Flush();
    }
}
