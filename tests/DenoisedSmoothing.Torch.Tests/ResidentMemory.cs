using System.Diagnostics;
using System.Runtime.InteropServices;
using Xunit.Abstractions;

namespace DenoisedSmoothing.Testing;

/// <summary>Tests of the whole process's memory, which must have it to themselves.</summary>
[CollectionDefinition(nameof(ResidentMemory), DisableParallelization = true)]
public sealed class ResidentMemoryCollection;

/// <summary>
/// Whether making and disposing something again and again takes more and more memory. What counts is what is left once the allocator has
/// given back the pages that it holds for later. glibc keeps freed blocks of less than 32 MB, and other blocks settle between them: the
/// paper's pair of 550 MB, loaded and disposed 60 times, has the process grow from 980 to 1,520 MiB, most of it in the first 30 times,
/// while 314 to 360 MiB are in use after each. A bound on the former is too wide to see a leak of some of the weights.
/// </summary>
internal static class ResidentMemory
{
    private const long MiB = 1 << 20;

    /// <summary>
    /// Fails if the last quarter of the cycles needs more than the second, each at its least: a leak raises every cycle above those before
    /// it, and what is in use for a moment (buffers that wait for the collector) raises some. The first quarter fills caches.
    /// </summary>
    /// <param name="output">Told the figures.</param>
    /// <param name="name">What is made.</param>
    /// <param name="cycles">How often; a multiple of four.</param>
    /// <param name="make">Makes it.</param>
    /// <param name="tolerance">Bytes that the last quarter may need beyond the second: less than half of the cycles' leaks.</param>
    public static void ShouldStay(ITestOutputHelper output, string name, int cycles, Func<IDisposable> make, long tolerance = 64 * MiB)
    {
        long[] held = new long[cycles], used = new long[cycles];
        for (int cycle = 0; cycle < cycles; cycle++)
        {
            make().Dispose();
            held[cycle] = WorkingSet();
            if (OperatingSystem.IsLinux())
                _ = ReturnFreePages(0);
            used[cycle] = WorkingSet();
        }

        int quarter = cycles / 4;
        long early = used[quarter..(2 * quarter)].Min(), late = used[(3 * quarter)..].Min();
        output.WriteLine(
            $"{name}: {used[0] / MiB} MiB after the first, at least {early / MiB} MiB in cycles {quarter + 1} to {2 * quarter}, "
            + $"{late / MiB} MiB in cycles {3 * quarter + 1} to {cycles}; with the allocator's free pages at most {held.Max() / MiB} MiB.");
        (late - early).Should().BeLessThan(tolerance);
    }

    /// <summary>Gives back the pages that the allocator holds for later.</summary>
    public static void Trim()
    {
        if (OperatingSystem.IsLinux())
            _ = ReturnFreePages(0);
    }

    /// <summary>How many bytes more than before the process has at most while something is done; on Linux.</summary>
    public static long PeakOf(Action action)
    {
        Trim();
        File.WriteAllText("/proc/self/clear_refs", "5"); // the peak begins anew
        long before = Status("VmRSS:");
        action();
        return Status("VmHWM:") - before;
    }

    private static long Status(string name) => File.ReadLines("/proc/self/status")
        .Where(line => line.StartsWith(name, StringComparison.Ordinal))
        .Select(line => 1024 * long.Parse(line[name.Length..].Replace("kB", "", StringComparison.Ordinal))).Single();

    private static long WorkingSet()
    {
        using Process process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }

    [DllImport("libc", EntryPoint = "malloc_trim")]
    private static extern int ReturnFreePages(nuint keep);
}
