using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using DenoisedSmoothing.Kernels;
using DenoisedSmoothing.Sampling;
using TorchSharp;

namespace DenoisedSmoothing;

/// <summary>Whether the native library that TorchSharp needs is available.</summary>
public static class LibTorch
{
    private const string AllCards = "cuda:all";

    private static readonly Lock s_gate = new();
    private static volatile bool s_loaded, s_tf32Told;

    /// <summary>Loads libtorch now; on failure, gives a short error that says what to do, where TorchSharp's own fills a page.</summary>
    /// <remarks>Called by everything in this library that starts tensor work; cheap after the first time.</remarks>
    /// <exception cref="DllNotFoundException">
    /// No native package is referenced, or this system cannot load it. TorchSharp's own message is under the key <c>TorchSharp</c> of its
    /// Data.
    /// </exception>
    public static void EnsureAvailable()
    {
        if (s_loaded)
            return;
        lock (s_gate)
        {
            Load();
            s_loaded = true;
        }
    }

    /// <summary>The device of that name, checked to be available.</summary>
    /// <param name="name"><c>cpu</c>, <c>cuda</c>, <c>cuda:1</c> and so on.</param>
    /// <exception cref="ArgumentException">The text does not name a device, or this process does not have it; the message says what to
    /// do.</exception>
    /// <exception cref="DllNotFoundException">libtorch cannot be loaded; the message says what to do.</exception>
    public static torch.Device DeviceNamed(string name)
    {
        // Checked before torch.device, which starts CUDA at once and fails with a page of text.
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
                throw new ArgumentException(NoCard(name!), nameof(name));
            if (parts.Length == 2 && number >= count)
                throw new ArgumentException($"'{name}': there are {count} CUDA devices, counted from 0.", nameof(name));
        }

        if (parts[0] == "cuda" && !s_tf32Told)
            AllowTf32 = false;
        return torch.device(name);
    }

    /// <summary>
    /// The devices of a list, checked to be available: for <see cref="SmoothingOptions.Devices"/>, with a replica on each.
    /// </summary>
    /// <param name="names">
    /// Names as for <see cref="DeviceNamed"/>, separated by commas, such as <c>cuda:0,cuda:2</c>, or <c>cuda:all</c> for every CUDA device
    /// that this process may use.
    /// </param>
    /// <returns>At least one name; <c>cuda:all</c> as <c>cuda:0</c>, <c>cuda:1</c> and so on.</returns>
    /// <exception cref="ArgumentException">
    /// A name is not a device, or this process does not have it; a card is named twice; or CPU and CUDA are mixed, which round differently
    /// and so are different functions.
    /// </exception>
    /// <exception cref="DllNotFoundException">libtorch cannot be loaded; the message says what to do.</exception>
    public static IReadOnlyList<string> DevicesNamed(string names)
    {
        ArgumentNullException.ThrowIfNull(names);
        if (names == AllCards)
        {
            EnsureAvailable();
            int count = CudaDevices();
            return count == 0
                ? throw new ArgumentException(NoCard(names), nameof(names))
                : [.. Enumerable.Range(0, count).Select(static card => string.Create(CultureInfo.InvariantCulture, $"cuda:{card}"))];
        }

        string[] each = names.Split(',', StringSplitOptions.TrimEntries);
        torch.Device[] devices = [.. each.Select(DeviceNamed)];
        if (devices.Select(static device => device.type).Distinct().Count() > 1)
            throw new ArgumentException(
                $"'{names}': CPU and CUDA round differently, so they are different functions. Name devices of one kind.", nameof(names));
        foreach (IGrouping<int, torch.Device> card in devices.Where(static device => device.type == DeviceType.CUDA)
            .GroupBy(static device => Math.Max(device.index, 0)))
        {
            if (card.Count() > 1)
                throw new ArgumentException($"'{names}' names cuda:{card.Key} twice: a second replica there gains nothing.", nameof(names));
        }

        return each;
    }

    /// <summary>
    /// Whether float32 products and convolutions on CUDA may round their factors to TensorFloat-32 (10 bits): about twice the speed, but
    /// other votes, which certificates name <c>float32+tf32</c>. It applies to the whole process and must not change while votes are drawn.
    /// </summary>
    /// <value>
    /// False. libtorch itself would allow it in convolutions; the first use of a CUDA device here forbids it, unless this has already been
    /// set.
    /// </value>
    public static bool AllowTf32
    {
        get => torch.backends.cudnn.allow_tf32 || torch.backends.cuda.matmul.allow_tf32;
        set
        {
            EnsureAvailable();
            s_tf32Told = true;
            torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = value;
        }
    }

    /// <summary>The arithmetic that certificates name: a network's own, followed by how a device computes it.</summary>
    /// <param name="device">As for <see cref="DeviceNamed"/>.</param>
    /// <param name="precision">The network's, as in <see cref="PartInfo.Precision"/>.</param>
    /// <returns>Such as <c>float32</c>, <c>float32+tf32</c>, <c>bfloat16+kernels2</c> or <c>float32+kernels2+tf32x3</c> (see
    /// <see cref="GpuKernels"/>), or <c>float32+plain</c> (see <see cref="CpuKernels"/>).</returns>
    /// <exception cref="ArgumentException">There is no such device.</exception>
    public static string ArithmeticOn(string device, string precision) =>
        DeviceArithmetic.On(precision, [DeviceNamed(device)]);

    private static string NoCard(string name) => $"'{name}': no CUDA device can be used. Add TorchSharp-cuda-windows or "
        + "TorchSharp-cuda-linux to your application instead of TorchSharp-cpu, and check the driver; or use cpu.";

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

    /// <summary>What does the computing, for certificates: this library, TorchSharp, system and processor kind.</summary>
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

    // Loads as TorchSharp does, and asks TorchSharp only once that has worked: on failure TorchSharp prints where it looked to the console
    // before it throws.
    private static void Load()
    {
        Assembly torchSharp = typeof(torch).Assembly;
        try
        {
            NativeLibrary.TryLoad("torch_cpu", torchSharp, null, out _);
            NativeLibrary.Load("LibTorchSharp", torchSharp, null);
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            // Notebooks load assemblies straight from the package folder; TorchSharp gathers its libraries there by itself.
            if (e.Message.Contains("GLIBCXX_", StringComparison.Ordinal) || !IsInPackageFolder(torchSharp))
                throw Unavailable(e);
        }

        try
        {
            torch.InitializeDeviceType(DeviceType.CPU);
        }
        catch (Exception e)
            when (e is NotSupportedException or TypeInitializationException or DllNotFoundException or BadImageFormatException)
        {
            throw Unavailable(e);
        }
    }

    // .../torchsharp/VERSION/lib/FRAMEWORK/TorchSharp.dll
    private static bool IsInPackageFolder(Assembly torchSharp) =>
        torchSharp.Location.Split('/', '\\') is [.., "torchsharp", _, "lib", _, _];

    // Not as the inner exception, which an unhandled exception prints in full: a page.
    private static DllNotFoundException Unavailable(Exception e) => new(Advice(e.ToString())) { Data = { ["TorchSharp"] = e.ToString() } };
}
