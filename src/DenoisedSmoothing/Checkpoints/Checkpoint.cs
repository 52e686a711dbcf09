using static TorchSharp.torch;

namespace DenoisedSmoothing.Checkpoints;

/// <summary>
/// A checkpoint, open for reading, of any format that can be recognised by its content: safetensors, a safetensors index with its shards,
/// torch.save files new and old, and TorchSharp's own. What the file says about itself is checked at once; each tensor is read when it is
/// asked for.
/// </summary>
/// <remarks>
/// Reading runs nothing: a torch.save file is a pickle, which Python would execute; here it is read as data, from a closed list of
/// opcodes and names, and anything else is refused by name. Nothing a file claims is believed before the bytes are there, and opening takes
/// at most ten times the file's own size in memory plus some megabytes, whatever it holds. Reading from several threads is safe, but they
/// take turns. Entries are copied into a module by <see cref="StateDict"/>.
/// </remarks>
public sealed class Checkpoint : ITensorSource, IDisposable
{
    private readonly ITensorSource _source;

    // Whether the caller did not say what to strip: then a network whose names begin with what was stripped fits as well.
    private readonly bool _automatic;

    private Checkpoint(ITensorSource source, CheckpointFormat format, CheckpointOptions options)
    {
        _source = source;
        _automatic = options.StripPrefixes is null;
        Format = format;
        Key = (source as TorchSaveFile)?.Key ?? "";
        StrippedPrefix = options.StripPrefixes is { } prefixes
            ? NamePrefix.Of(source.Entries, prefixes)
            : NamePrefix.OfWrappers(source.Entries);
        if (StrippedPrefix.Length == 0)
        {
            (Entries, LeftOut) = (source.Entries, []);
            return;
        }

        ILookup<bool, TensorEntry> parted = source.Entries.ToLookup(entry => NamePrefix.Has(entry, StrippedPrefix));
        Entries = [.. parted[true].Select(entry => new TensorEntry(entry.Name[StrippedPrefix.Length..], entry.DType, entry.Shape))];
        LeftOut = [.. parted[false].Select(entry => entry.Name)];
    }

    /// <summary>What messages call the file: its path, or the name it was opened under.</summary>
    public string Name => _source.Name;

    /// <summary>What kind of file it is.</summary>
    public CheckpointFormat Format { get; }

    /// <summary>
    /// The path of the dictionary inside a torch.save file that the entries come from; empty for the outermost one and for other formats.
    /// </summary>
    public string Key { get; }

    /// <summary>What was stripped from the names in the file; empty for nothing.</summary>
    public string StrippedPrefix { get; }

    /// <summary>
    /// The names in the file that do not begin with <see cref="StrippedPrefix"/>, and whose tensors are therefore not among the entries.
    /// </summary>
    public IReadOnlyList<string> LeftOut { get; }

    /// <summary>The tensors, under their names without the stripped prefix, in the order of the file.</summary>
    public IReadOnlyList<TensorEntry> Entries { get; }

    /// <summary>Opens a file with the default options: see <see cref="Open(string, CheckpointOptions)"/>.</summary>
    /// <param name="path">A checkpoint; others may read it meanwhile.</param>
    /// <exception cref="CheckpointException">The file is damaged, hostile or of an unknown kind.</exception>
    /// <exception cref="IOException">The file cannot be opened or read.</exception>
    public static Checkpoint Open(string path) => Open(path, new CheckpointOptions());

    /// <summary>Opens a file and checks what it says about itself; it stays open until <see cref="Dispose"/>.</summary>
    /// <param name="path">A checkpoint; others may read it meanwhile. Its extension does not matter.</param>
    /// <param name="options">Which part of it to read, and under what names.</param>
    /// <exception cref="CheckpointException">The file is damaged, hostile or of an unknown kind, or holds no tensors under the
    /// key.</exception>
    /// <exception cref="ArgumentException">The options are not valid.</exception>
    /// <exception cref="IOException">The file cannot be opened or read.</exception>
    public static Checkpoint Open(string path, CheckpointOptions options)
    {
        ArgumentNullException.ThrowIfNull(path);
        FileStream stream = CheckpointPath.Open(path);
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

    /// <summary>
    /// Opens a file that is already a stream, such as an embedded resource; an index of shards cannot be opened this way.
    /// </summary>
    /// <param name="stream">
    /// A seekable stream at the start of the file, which ends where the stream does. It is not closed if Open fails.
    /// </param>
    /// <param name="name">What messages call the file.</param>
    /// <param name="options">Which part of it to read, and under what names.</param>
    /// <param name="leaveOpen">Whether <see cref="Dispose"/> leaves the stream alone.</param>
    /// <exception cref="CheckpointException">The file is damaged, hostile or of an unknown kind, or holds no tensors under the
    /// key.</exception>
    /// <exception cref="ArgumentException">The stream cannot seek, or the options are not valid.</exception>
    public static Checkpoint Open(Stream stream, string name, CheckpointOptions options, bool leaveOpen)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(name);
        if (!stream.CanRead || !stream.CanSeek)
        {
            throw new ArgumentException(
                "A checkpoint is read from a stream that can read and seek: copy it to a MemoryStream or a file first.", nameof(stream));
        }

        return Open(stream, name, folder: null, leaveOpen, options);
    }

    /// <summary>Reads one tensor.</summary>
    /// <param name="name">The name of an entry, exactly.</param>
    /// <returns>A fresh tensor on the CPU, contiguous, of the stored type and shape; the caller disposes.</returns>
    /// <exception cref="CheckpointException">There is no such entry, its values are damaged, or the file got shorter.</exception>
    public Tensor Read(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return _source.Read(StrippedPrefix + name);
    }

    /// <summary>
    /// This checkpoint under a module's names: the end of the stripped prefix is put back where the module's names begin with it.
    /// </summary>
    /// <param name="wanted">The names of the module's state_dict.</param>
    internal ITensorSource Under(IReadOnlyCollection<string> wanted)
    {
        if (!_automatic || StrippedPrefix.Length == 0)
            return this;
        HashSet<string> names = Entries.Select(entry => entry.Name).ToHashSet(StringComparer.Ordinal);
        string? end = NamePrefix.Ends(StrippedPrefix).FirstOrDefault(end =>
            wanted.Any(name => name.StartsWith(end, StringComparison.Ordinal) && names.Contains(name[end.Length..])));
        return end is { Length: > 0 } ? new PrefixedTensors(this, end) : this;
    }

    /// <summary>Closes the file; tensors that were read stay valid.</summary>
    public void Dispose() => (_source as IDisposable)?.Dispose();

    private static Checkpoint Open(Stream stream, string name, string? folder, bool leaveOpen, CheckpointOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        CheckpointFormat? format = CheckpointProbe.Recognise(stream, name);
        if (options.Key is { Length: > 0 } && format is CheckpointFormat.Safetensors or CheckpointFormat.SafetensorsIndex)
        {
            throw CheckpointException.In(
                name,
                "it is a safetensors file, which has no dictionaries inside",
                "Leave CheckpointOptions.Key null.",
                option: nameof(CheckpointOptions.Key));
        }

        switch (format)
        {
            case CheckpointFormat.Safetensors:
                return new Checkpoint(SafetensorsFile.Open(stream, name, leaveOpen), format.Value, options);
            case CheckpointFormat.SafetensorsIndex:
                SafetensorsShards shards = SafetensorsShards.Open(stream, name, folder);
                if (!leaveOpen)
                    stream.Dispose();
                return new Checkpoint(shards, format.Value, options);
            case null:
                TorchSharpFile file = TorchSharpFile.TryOpen(stream, name, leaveOpen) ?? throw CheckpointProbe.Refusal(stream, name);
                return new Checkpoint(file, CheckpointFormat.TorchSharp, options);
            default:
                ByteRangeStream whole = new(stream, stream.Position, stream.Length - stream.Position, leaveOpen);
                return new Checkpoint(TorchSaveFile.Open(whole, name, format.Value, options), format.Value, options);
        }
    }
}
