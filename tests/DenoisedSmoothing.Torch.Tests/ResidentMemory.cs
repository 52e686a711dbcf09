using System.Diagnostics;
using Xunit.Abstractions;

namespace DenoisedSmoothing.Testing;

/// <summary>Tests of the whole process's memory, which must have it to themselves.</summary>
[CollectionDefinition(nameof(ResidentMemory), DisableParallelization = true)]
public sealed class ResidentMemoryCollection;

/// <summary>Whether making and disposing something again and again takes more and more memory.</summary>
internal static class ResidentMemory
{
    private const long MiB = 1 << 20;

    /// <summary>
    /// Fails if the second half of the cycles needs more than the first: allocators keep what was freed once, and then no more.
    /// </summary>
    /// <param name="output">Told the figures.</param>
    /// <param name="name">What is made.</param>
    /// <param name="cycles">How often; even.</param>
    /// <param name="tolerance">Bytes that the second half may need beyond the first: far less than one thing each cycle.</param>
    /// <param name="make">Makes it.</param>
    public static void ShouldStay(ITestOutputHelper output, string name, int cycles, long tolerance, Func<IDisposable> make)
    {
        long[] resident = new long[cycles];
        for (int cycle = 0; cycle < cycles; cycle++)
        {
            make().Dispose();
            using Process process = Process.GetCurrentProcess();
            resident[cycle] = process.WorkingSet64;
        }

        long first = resident[..(cycles / 2)].Max(), second = resident[(cycles / 2)..].Max();
        output.WriteLine(
            $"{name}: {resident[0] / MiB} MiB after the first, at most {first / MiB} MiB in {cycles / 2} cycles, {second / MiB} MiB in "
            + $"{cycles / 2} more.");
        (second - first).Should().BeLessThan(tolerance);
    }
}
