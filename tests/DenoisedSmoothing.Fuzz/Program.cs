using System.Diagnostics;
using System.Globalization;
using DenoisedSmoothing.Testing;

// dotnet run -c Release --project tests/DenoisedSmoothing.Fuzz -- --inputs 1000000 --seed 1
// Reads damaged and costly checkpoints of every format until one breaks a reader, or costs more than ten times its size in memory or a
// second for each megabyte; ends with 0 and figures if none does. With --costly, only costly ones.
TimeSpan hang = TimeSpan.FromSeconds(20);
long inputs = Option("--inputs", 100_000), seed = Option("--seed", 1);
Console.WriteLine($"{inputs} inputs, seed {seed}");

bool costly = args.Contains("--costly");
CheckpointFuzzer fuzzer = new((int)seed) { IsTimed = true };
long current = -1, begun = Stopwatch.GetTimestamp(), start = begun;
using Timer watchdog = new(_ =>
{
    if (Stopwatch.GetElapsedTime(Volatile.Read(ref begun)) < hang)
        return;
    Console.Error.WriteLine($"Input {Volatile.Read(ref current)} of seed {seed} has been read for {hang.TotalSeconds} s: it hangs.");
    Environment.Exit(2);
}, null, hang, hang / 4);

long baseline = Process.GetCurrentProcess().PeakWorkingSet64;
for (long i = 0; i < inputs; i++)
{
    Volatile.Write(ref current, i);
    Volatile.Write(ref begun, Stopwatch.GetTimestamp());
    if (costly)
        fuzzer.RunCostly((int)(i % CostlyFiles.Count), i);
    else
        fuzzer.Run(i);
    if (i > 0 && i % 100_000 == 0)
        Console.WriteLine($"{i}: {Figures()}");
}

Console.WriteLine(Figures());
return 0;

string Figures() => string.Create(
    CultureInfo.InvariantCulture,
    $"{fuzzer.Inputs} read, {fuzzer.Refused} refused, {fuzzer.Accepted} accepted; slowest {fuzzer.Slowest.TotalMilliseconds:F1} ms, "
    + $"most allocated {fuzzer.MostAllocated / 1024} KiB ({fuzzer.Extremes}); peak memory "
        + $"{Process.GetCurrentProcess().PeakWorkingSet64 >> 20} MiB "
    + $"({baseline >> 20} at the start); {Stopwatch.GetElapsedTime(start).TotalSeconds:F0} s");

long Option(string name, long otherwise)
{
    int at = Array.IndexOf(args, name);
    return at < 0 ? otherwise
        : at + 1 < args.Length && long.TryParse(args[at + 1], NumberStyles.None, CultureInfo.InvariantCulture, out long value) ? value
        : throw new ArgumentException($"{name} needs a number.");
}
