using System.Runtime.InteropServices;

namespace DenoisedSmoothing.Tool;

/// <summary>
/// Lets the installed tool, which comes without libtorch, use one that is already on the machine: the folder named by the environment
/// variable <c>DDS_LIBTORCH</c>, such as <c>bin/Release/net10.0/runtimes/linux-x64/native</c> of any application built with TorchSharp-cpu.
/// </summary>
internal static class NativeLibTorch
{
    public const string Variable = "DDS_LIBTORCH";

    /// <summary>What to do where no libtorch is found, for users who installed the tool.</summary>
    public const string Advice =
        $"dds is installed without libtorch, which certify and the other verbs that run models need. Set {Variable} to the native folder "
        + "of an application built with TorchSharp-cpu or a CUDA package, such as bin/Release/net10.0/runtimes/linux-x64/native, or run "
            + "dds from its repository.";

    /// <summary>True where no libtorch came with the program: advice about package references is useless there.</summary>
    public static bool IsLeftOut { get; } = !Directory.EnumerateFiles(AppContext.BaseDirectory, "*torch_cpu.*", SearchOption.AllDirectories)
        .Any();

    /// <summary>
    /// Loads TorchSharp's library, and libtorch beside it, from that folder: TorchSharp then finds them loaded. Does nothing without the
    /// variable.
    /// </summary>
    /// <exception cref="DirectoryNotFoundException">The variable does not name a folder.</exception>
    /// <exception cref="DllNotFoundException">The folder lacks the library, or this system cannot load it.</exception>
    public static void UseFolderOfEnvironment()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } folder)
            return;
        if (!Directory.Exists(folder))
            throw new DirectoryNotFoundException($"{Variable} names '{folder}', which is not a folder.");
        string file = OperatingSystem.IsWindows()
            ? "LibTorchSharp.dll"
            : OperatingSystem.IsMacOS()
            ? "libLibTorchSharp.dylib"
            : "libLibTorchSharp.so";
        NativeLibrary.Load(Path.Combine(Path.GetFullPath(folder), file));
    }
}
