using System.Diagnostics;

namespace DenoisedSmoothing.Benchmarks;

/// <summary>
/// The most memory that the process held: VmHWM on Linux, where it can be started afresh; elsewhere the peak since its start.
/// </summary>
internal static class PeakMemory
{
    public static void Reset()
    {
        if (OperatingSystem.IsLinux())
            File.WriteAllText("/proc/self/clear_refs", "5");
    }

    public static double Megabytes()
    {
        if (!OperatingSystem.IsLinux())
            return Process.GetCurrentProcess().PeakWorkingSet64 / 1e6;
        string line = File.ReadLines("/proc/self/status").First(line => line.StartsWith("VmHWM", StringComparison.Ordinal));
        return PlainNumber.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], "VmHWM") * 1.024e-3;
    }
}
