using System.Runtime.InteropServices;

namespace DenoisedSmoothing.Tool;

/// <summary>
/// Ends the process at once. In an orderly exit, libtorch's memory is freed while its threads still compute, and the process crashes.
/// </summary>
internal static partial class AbruptEnd
{
    /// <param name="exitCode">The process's exit code.</param>
    public static void Now(int exitCode)
    {
        Console.Out.Flush();
        Console.Error.Flush();
        if (OperatingSystem.IsWindows())
            TerminateProcess(-1, (uint)exitCode); // this process
        else
            Exit(exitCode);
    }

    [LibraryImport("kernel32")]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool TerminateProcess(nint process, uint exitCode);

    [LibraryImport("libc", EntryPoint = "_exit")]
    private static partial void Exit(int exitCode);
}
