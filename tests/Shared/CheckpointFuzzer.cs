using System.Buffers.Binary;
using System.Diagnostics;
using System.IO.Compression;
using DenoisedSmoothing.Checkpoints;

namespace DenoisedSmoothing.Testing;

/// <summary>
/// Damages sound checkpoints of every format, and makes costly ones (<see cref="CostlyFiles"/>), and reads them without a tensor: each
/// must be refused by a CheckpointException or be read, quickly and in memory that its own size is worth.
/// </summary>
internal sealed class CheckpointFuzzer
{
    /// <summary>A sound file; of a zip file also the pickle and the storages, to write it anew around a damaged pickle.</summary>
    private sealed record Seed(string Name, byte[] File, byte[]? Pickle, (string Key, byte[] Bytes)[] Storages);

    private const int Repeats = 5;

    /// <summary>Of so many inputs one is a costly one; the others are damaged.</summary>
    private const int CostlyShare = 100;

    /// <summary>What a file may cost beside ten times its size: the constant of the budget, and buffers.</summary>
    private const long MemoryConstant = 24 << 20;

    private static readonly TimeSpan TimeConstant = TimeSpan.FromSeconds(2);

    private static readonly string[] Names =
    [
        "all_dtypes.safetensors", "zip.pt", "legacy.pt", "module_state_dict.pt", "training_checkpoint.pt",
        "odd_zip4.pt", "odd_legacy2.pt", "odd_deflated.pt", "odd_zip64.pt", "odd_big_endian.pt",
        "../cases/checkpoints/legacy.pth", "../cases/checkpoints/linear.dat", "../cases/checkpoints/folds-by-number.pth",
    ];

    private static readonly CheckpointOptions Options = new();

    private readonly int _seed;
    private readonly Seed[] _seeds;
    private long _slowest;
    private long _hungriest;

    public CheckpointFuzzer(int seed)
    {
        _seed = seed;
        byte[] index = [.. """{"metadata":{"total_size":12},"weight_map":{"a.weight":"1.safetensors","b":"sub/2.safetensors"}}"""u8];
        _seeds = [.. Names.Select(Load), new Seed("index.json", index, null, [])];
    }

    public long Inputs { get; private set; }

    public long Refused { get; private set; }

    public long Accepted => Inputs - Refused;

    public TimeSpan Slowest { get; private set; }

    public long MostAllocated { get; private set; }

    /// <summary>What the slowest and the hungriest input were, to make them again.</summary>
    public string Extremes => $"slowest: input {_slowest}, hungriest: input {_hungriest}";

    /// <summary>Makes and reads one input; its number says all about it.</summary>
    /// <exception cref="InvalidOperationException">The input broke a reader (something else than a CheckpointException, or entries that
    /// make no sense), or cost more than ten times its size.</exception>
    public void Run(long number)
    {
        Random random = new(HashCode(_seed, number));
        if (random.Next(CostlyShare) == 0)
        {
            CostlyFiles files = new(random);
            int shape = random.Next(CostlyFiles.Count);
            Run(number, files.Name(shape), files.Make(shape));
            return;
        }

        RunDamaged(number);
    }

    /// <summary>Reads one damaged file; its number says all about it.</summary>
    public void RunDamaged(long number)
    {
        Random random = new(HashCode(_seed, number));
        Seed seed = _seeds[random.Next(_seeds.Length)];
        Run(number, seed.Name, Make(seed, random));
    }

    /// <summary>Reads one costly file; the shape and the number say all about it.</summary>
    public void RunCostly(int shape, long number)
    {
        CostlyFiles files = new(new Random(HashCode(_seed, number)));
        Run(number, files.Name(shape), files.Make(shape));
    }

    /// <summary>
    /// Whether a reading takes longer than a second for each megabyte; what waits for other work on the machine does as well.
    /// </summary>
    public bool IsTimed { get; init; }

    private void Run(long number, string name, byte[] input)
    {
        long before = GC.GetAllocatedBytesForCurrentThread(), start = Stopwatch.GetTimestamp();
        (bool accepted, long read, long repeated) = Accepts(input, number, name);
        TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before - read;
        long memory = MemoryConstant + (10L * input.Length);
        if (allocated > memory || repeated > memory)
            throw Failure($"{allocated} bytes, and repeats {repeated}");
        // What was slow may have waited for another process: the quickest of a few times is its own.
        for (int again = 0; IsTimed && again < Repeats && elapsed > Slowest; again++)
        {
            start = Stopwatch.GetTimestamp();
            Accepts(input, number, name);
            TimeSpan time = Stopwatch.GetElapsedTime(start);
            elapsed = time < elapsed ? time : elapsed;
        }

        if (IsTimed && elapsed > TimeConstant + TimeSpan.FromMicroseconds(input.Length))
            throw Failure($"{elapsed.TotalSeconds:F1} s");
        Inputs++;
        Refused += accepted ? 0 : 1;
        (Slowest, _slowest) = elapsed > Slowest ? (elapsed, number) : (Slowest, _slowest);
        (MostAllocated, _hungriest) = allocated > MostAllocated ? (allocated, number) : (MostAllocated, _hungriest);

        InvalidOperationException Failure(string cost) =>
            new($"Input {number} of seed {_seed} ({name}, {input.Length} bytes) took {cost}.");
    }

    // Also how many bytes of storages were read, and how many bytes tensors have that repeat others of their storage.
    private static (bool Accepted, long Read, long Repeated) Accepts(byte[] input, long number, string name)
    {
        long read = 0, repeated = 0;
        try
        {
            using MemoryStream stream = new(input);
            Read(stream, ref read, ref repeated);
            return (true, read, repeated);
        }
        catch (CheckpointException)
        {
            return (false, read, repeated);
        }
        catch (Exception e)
        {
            string bytes = input.Length < 100_000 ? Convert.ToBase64String(input) : "long";
            throw new InvalidOperationException($"Input {number} ({name}) broke a reader: {bytes}", e);
        }
    }

    private static Seed Load(string name)
    {
        byte[] file = File.ReadAllBytes(Golden.PathOf($"checkpoints/{name}"));
        if (!file.AsSpan().StartsWith("PK"u8))
            return new Seed(name, file, null, []);
        using ZipArchive zip = new(new MemoryStream(file));
        Dictionary<string, byte[]> records = zip.Entries.ToDictionary(entry => entry.FullName[(entry.FullName.IndexOf('/') + 1)..], entry =>
        {
            using Stream from = entry.Open();
            using MemoryStream to = new();
            from.CopyTo(to);
            return to.ToArray();
        });
        var storages = records.Where(record => record.Key.StartsWith("data/", StringComparison.Ordinal));
        return new Seed(name, file, records["data.pkl"], [.. storages.Select(record => (record.Key[5..], record.Value))]);
    }

    private static byte[] Make(Seed seed, Random random)
    {
        ByteMutator mutator = new(random);
        // Mostly the pickle inside a sound zip file, so that the damage gets past the container.
        if (seed.Pickle is { } pickle && random.Next(3) > 0)
            return TorchZipFile.Make(mutator.Damage(pickle, 0, pickle.Length), seed.Storages);
        if (seed.Pickle is not null && random.Next(2) == 0)
        {
            int directory = seed.File.AsSpan().IndexOf("PK\u0001\u0002"u8);
            return mutator.Damage(seed.File, directory, seed.File.Length);
        }

        if (seed.Name.EndsWith(".safetensors", StringComparison.Ordinal))
            return Safetensors(seed.File, mutator, random);
        // The storages of a legacy file are half of it: damage to them is not seen, and not of interest.
        int to = seed.Name.Contains("legacy", StringComparison.Ordinal) ? seed.File.Length * 4 / 5 : seed.File.Length;
        return mutator.Damage(seed.File, 0, to);
    }

    private static byte[] Safetensors(byte[] original, ByteMutator mutator, Random random)
    {
        int header = sizeof(long) + (int)BinaryPrimitives.ReadInt64LittleEndian(original);
        byte[] mutated = mutator.Damage(original, sizeof(long), header);
        // Mostly the header length follows the edits, so that the JSON is what is tested; sometimes it is the damage.
        long length = random.Next(10) == 0 ? random.NextInt64() >> random.Next(64) : header - sizeof(long)
            + mutated.Length - original.Length;
        if (mutated.Length >= sizeof(long))
            BinaryPrimitives.WriteInt64LittleEndian(mutated, length);
        return mutated;
    }

    private static void Read(MemoryStream stream, ref long read, ref long repeated)
    {
        switch (CheckpointProbe.Recognise(stream, "input"))
        {
            case CheckpointFormat.Safetensors:
                Consistent(SafetensorsHeader.Read(stream, "input"), stream.Length);
                break;
            case CheckpointFormat.SafetensorsIndex:
                byte[] json = stream.ToArray();
                read += json.Length;
                foreach (string path in SafetensorsIndexParser.Parse(json, "input").Values.Distinct())
                    Sensible(StaysInside(path), path);
                break;
            case null:
                using (TorchSharpFile file = TorchSharpFile.TryOpen(stream, "input", leaveOpen: true)
                    ?? throw CheckpointProbe.Refusal(stream, "input"))
                {
                    Sensible(file.Entries.Sum(entry => SafetensorsDType.ByteCount(entry.DType, entry.Shape)) < stream.Length, "TorchSharp");
                }

                break;
            case { } format:
                using (TorchSaveFile file = TorchSaveFile.Open(stream, "input", format, Options))
                {
                    foreach (TensorEntry entry in file.Entries)
                    {
                        int length = file.ReadBytes(entry.Name).Length;
                        Sensible(length <= stream.Length * 1032, entry.Name);
                        read += length;
                        repeated += Math.Max(0, SafetensorsDType.ByteCount(entry.DType, entry.Shape) - length);
                    }
                }

                break;
        }
    }

    // Without memory, which would be counted.
    private static bool StaysInside(ReadOnlySpan<char> path)
    {
        foreach (Range part in path.Split('/'))
        {
            if (path[part] is "..")
                return false;
        }

        return !Path.IsPathRooted(path);
    }

    private static void Consistent(SafetensorsHeader header, long fileLength)
    {
        long end = 0;
        foreach (SafetensorsEntry entry in header.Entries)
        {
            Sensible(entry.Begin == end && entry.End >= end, entry.Name);
            end = entry.End;
        }

        Sensible(header.DataStart + end == fileLength, "the end");
    }

    private static void Sensible(bool condition, string what)
    {
        if (!condition)
            throw new InvalidOperationException($"What was read makes no sense at '{what}'.");
    }

    // Not System.HashCode, which differs from run to run.
    private static int HashCode(int seed, long number)
    {
        ulong mixed = ((ulong)(uint)seed << 40) ^ (ulong)number;
        mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
        return (int)(mixed >> 33);
    }
}
