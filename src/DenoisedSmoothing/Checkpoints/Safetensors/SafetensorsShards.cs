using static TorchSharp.torch;

namespace DenoisedSmoothing.Checkpoints;

/// <summary>Several files that an index joins into one, all open: safetensors, or torch.save's (pytorch_model.bin.index.json).</summary>
internal sealed class SafetensorsShards : ITensorSource, IDisposable
{
    private const int Shown = 5;

    private readonly Dictionary<string, ITensorSource> _byEntry = new(StringComparer.Ordinal);
    private readonly List<ITensorSource> _shards = [];

    private SafetensorsShards(string name) => Name = name;

    public string Name { get; }

    public IReadOnlyList<TensorEntry> Entries { get; private set; } = [];

    /// <param name="stream">The index, to its end; not disposed.</param>
    /// <param name="name">What messages call the index.</param>
    /// <param name="folder">Where the shards are, or null if that is not known.</param>
    /// <exception cref="CheckpointException">The index is damaged, shards are missing, or they do not hold exactly what the index
    /// says.</exception>
    public static SafetensorsShards Open(Stream stream, string name, string? folder)
    {
        long length = stream.Length - stream.Position;
        if (length > SafetensorsHeader.MaxByteCount)
            throw CheckpointException.In(name, $"it has {length} bytes, too many for an index");
        byte[] json = new byte[length];
        stream.ReadExactly(json);
        Dictionary<string, string> map = SafetensorsIndexParser.Parse(json, name);
        if (folder is null)
            throw CheckpointException.In(name, "it is an index of files beside it, and a stream has none", "Open it by its path.");

        string[] paths = [.. map.Values.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        string[] missing = [.. paths.Where(path => !File.Exists(Path.Combine(folder, path)))];
        if (missing.Length > 0)
        {
            string list = string.Join(", ", missing.Take(Shown).Select(CheckpointException.Quote))
                + (missing.Length > Shown ? ", ..." : "");
            throw CheckpointException.In(
                name, $"{missing.Length} of its {paths.Length} files are missing: {list}", "Fetch them into the folder of the index.");
        }

        SafetensorsShards shards = new(name);
        try
        {
            foreach (string path in paths)
                shards.Add(OpenShard(Path.Combine(folder, path)), path, map);
            foreach (var (entry, path) in map)
            {
                if (!shards._byEntry.ContainsKey(entry))
                    throw CheckpointException.InEntry(name, entry, $"its file {CheckpointException.Quote(path)} does not hold it");
            }

            shards.Entries = shards._shards.SelectMany(shard => shard.Entries).ToList().AsReadOnly();
            return shards;
        }
        catch
        {
            shards.Dispose();
            throw;
        }
    }

    public Tensor Read(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return _byEntry.TryGetValue(name, out ITensorSource? shard)
            ? shard.Read(name)
            : throw CheckpointException.NoSuchEntry(Name, name, Entries.Count);
    }

    public void Dispose()
    {
        foreach (ITensorSource shard in _shards)
            ((IDisposable)shard).Dispose();
    }

    // No index is allowed among them: it could name itself. Names are the index's, so no prefix is stripped.
    private static ITensorSource OpenShard(string path) => FileKind.Of(path) == FileKind.TorchSave
        ? Checkpoint.Open(path, new CheckpointOptions { StripPrefixes = [] })
        : SafetensorsFile.Open(path);

    private void Add(ITensorSource shard, string path, Dictionary<string, string> map)
    {
        _shards.Add(shard);
        foreach (TensorEntry entry in shard.Entries)
        {
            if (!map.TryGetValue(entry.Name, out string? place) || place != path)
            {
                throw CheckpointException.InEntry(
                    Name,
                    entry.Name,
                    $"it is in {CheckpointException.Quote(path)}, where the index does not have it",
                    "Index and files are of different checkpoints: fetch them together.");
            }

            _byEntry.Add(entry.Name, shard);
        }
    }
}
