using static TorchSharp.torch;

namespace DenoisedSmoothing.Checkpoints;

/// <summary>
/// A checkpoint, open for reading, of any format that is known by its content: safetensors, a safetensors index with its shards, and
/// torch.save files new and old. What the file says of itself is checked at once; each tensor is read when it is asked for.
/// </summary>
/// <remarks>
/// Reading runs nothing: a torch.save file is a pickle, which Python would execute; here it is read as data, from a closed list of
/// opcodes and names, and anything else is refused by its name. Nothing a file claims is believed before the bytes are there.
/// Reading from several threads is safe, and takes turns. Entries are copied into a module by <see cref="StateDict"/>.
/// </remarks>
public sealed class Checkpoint : ITensorSource, IDisposable
{
    private readonly ITensorSource _source;
    private readonly Dictionary<string, string> _originals = new(StringComparer.Ordinal);

    private Checkpoint(ITensorSource source, CheckpointFormat format, CheckpointOptions options)
    {
        _source = source;
        Format = format;
        Key = (source as TorchSaveFile)?.Key ?? "";
        StrippedPrefix = PrefixOf(source.Entries, options.StripPrefixes);
        Entries = source.Entries
            .Select(entry => StrippedPrefix.Length == 0 ? entry : new TensorEntry(entry.Name[StrippedPrefix.Length..], entry.DType, entry.Shape))
            .ToList().AsReadOnly();
        foreach (TensorEntry entry in source.Entries)
            _originals.Add(entry.Name[StrippedPrefix.Length..], entry.Name);
    }

    /// <summary>What messages call the file: its path, or the name it was opened under.</summary>
    public string Name => _source.Name;

    /// <summary>What kind of file it is.</summary>
    public CheckpointFormat Format { get; }

    /// <summary>The path of the dictionary inside a torch.save file that the entries are from; empty for the outermost one, and for other formats.</summary>
    public string Key { get; }

    /// <summary>What was taken off every name in the file; empty for nothing.</summary>
    public string StrippedPrefix { get; }

    /// <summary>The tensors, under their names without the stripped prefix, in the order of the file.</summary>
    public IReadOnlyList<TensorEntry> Entries { get; }

    /// <summary>Opens a file with the default options: see <see cref="Open(string, CheckpointOptions)"/>.</summary>
    /// <param name="path">A checkpoint; others may read it meanwhile.</param>
    /// <exception cref="CheckpointException">The file is damaged, hostile or of an unknown kind.</exception>
    /// <exception cref="IOException">The file cannot be opened or read.</exception>
    public static Checkpoint Open(string path) => Open(path, new CheckpointOptions());

    /// <summary>Opens a file and checks what it says of itself; it stays open until <see cref="Dispose"/>.</summary>
    /// <param name="path">A checkpoint; others may read it meanwhile. Its extension does not matter.</param>
    /// <param name="options">Which part of it to read, and under what names.</param>
    /// <exception cref="CheckpointException">The file is damaged, hostile or of an unknown kind, or holds no tensors under the key.</exception>
    /// <exception cref="ArgumentException">The options are not in order.</exception>
    /// <exception cref="IOException">The file cannot be opened or read.</exception>
    public static Checkpoint Open(string path, CheckpointOptions options)
    {
        ArgumentNullException.ThrowIfNull(path);
        // Tensors are read whole: a buffer in between would only copy.
        FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        try
        {
            return Open(stream, path, Path.GetDirectoryName(Path.GetFullPath(path)), leaveOpen: false, options);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>Opens a file that is already a stream, such as an embedded resource; an index of shards cannot be opened so.</summary>
    /// <param name="stream">A stream that can seek, at the start of the file, which ends where the stream does. An Open that fails never closes it.</param>
    /// <param name="name">What messages call the file.</param>
    /// <param name="options">Which part of it to read, and under what names.</param>
    /// <param name="leaveOpen">Whether <see cref="Dispose"/> leaves the stream alone.</param>
    /// <exception cref="CheckpointException">The file is damaged, hostile or of an unknown kind, or holds no tensors under the key.</exception>
    /// <exception cref="ArgumentException">The stream cannot seek, or the options are not in order.</exception>
    public static Checkpoint Open(Stream stream, string name, CheckpointOptions options, bool leaveOpen)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(name);
        if (!stream.CanRead || !stream.CanSeek)
            throw new ArgumentException("A checkpoint is read from a stream that can read and seek: copy it to a MemoryStream or a file first.", nameof(stream));
        return Open(stream, name, folder: null, leaveOpen, options);
    }

    /// <summary>Reads one tensor.</summary>
    /// <param name="name">The name of an entry, exactly.</param>
    /// <returns>A fresh tensor on the CPU, contiguous, of the stored type and shape; the caller disposes.</returns>
    /// <exception cref="CheckpointException">There is no such entry, its values are damaged, or the file got shorter.</exception>
    public Tensor Read(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return _originals.TryGetValue(name, out string? original)
            ? _source.Read(original)
            : throw CheckpointException.NoSuchEntry(Name, name, Entries.Count);
    }

    /// <summary>Closes the file; tensors that were read stay valid.</summary>
    public void Dispose() => (_source as IDisposable)?.Dispose();

    private static Checkpoint Open(Stream stream, string name, string? folder, bool leaveOpen, CheckpointOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        CheckpointFormat format = CheckpointProbe.Recognise(stream, name);
        if (options.Key is { Length: > 0 } && format is CheckpointFormat.Safetensors or CheckpointFormat.SafetensorsIndex)
            throw CheckpointException.In(name, "it is a safetensors file, which has no dictionaries inside", "Leave CheckpointOptions.Key null.");
        ITensorSource source;
        switch (format)
        {
            case CheckpointFormat.Safetensors:
                source = SafetensorsFile.Open(stream, name, leaveOpen);
                break;
            case CheckpointFormat.SafetensorsIndex:
                source = SafetensorsShards.Open(stream, name, folder);
                if (!leaveOpen)
                    stream.Dispose();
                break;
            default:
                ByteRangeStream file = new(stream, stream.Position, stream.Length - stream.Position, leaveOpen);
                source = TorchSaveFile.Open(file, name, zip: format == CheckpointFormat.TorchZip, options);
                break;
        }

        return new Checkpoint(source, format, options);
    }

    private static string PrefixOf(IReadOnlyList<TensorEntry> entries, IReadOnlyList<string> prefixes)
    {
        string stripped = "";
        foreach (string prefix in prefixes)
        {
            string longer = stripped + prefix;
            // A name that would be empty has lost more than a prefix.
            if (entries.Count > 0 && entries.All(entry => entry.Name.Length > longer.Length && entry.Name.StartsWith(longer, StringComparison.Ordinal)))
                stripped = longer;
        }

        return stripped;
    }
}
