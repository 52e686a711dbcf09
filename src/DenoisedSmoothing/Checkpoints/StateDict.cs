using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Checkpoints;

/// <summary>Loads weights into a module, and hashes a module's weights.</summary>
public static class StateDict
{
    /// <summary>
    /// Copies weights into a module that wants exactly these: see <see cref="Load(nn.Module, IReadOnlyDictionary{string, Tensor}, bool)"/>.
    /// </summary>
    /// <param name="module">The module, on any device, of any floating-point type.</param>
    /// <param name="source">Weights under the names and with the shapes of the module's state_dict; not disposed.</param>
    /// <exception cref="CheckpointException">The weights do not fit; the module is unchanged, and the message lists the first few of each
    /// kind.</exception>
    /// <exception cref="ArgumentException">The module is on the meta device, which holds no values.</exception>
    public static void Load(nn.Module module, IReadOnlyDictionary<string, Tensor> source) => Load(module, source, strict: true);

    /// <summary>
    /// Copies weights from a checkpoint into a module that wants exactly these: see <see cref="Load(nn.Module, ITensorSource, bool)"/>.
    /// </summary>
    /// <param name="module">The module, on any device, of any floating-point type.</param>
    /// <param name="source">A checkpoint with the names of the module's state_dict and its shapes; not disposed.</param>
    /// <exception cref="CheckpointException">The weights do not fit, and the module is unchanged: the message lists the first few of
    /// each kind. Or the file became unreadable, and the module is partly loaded.</exception>
    /// <exception cref="ArgumentException">The module is on the meta device, which holds no values.</exception>
    public static void Load(nn.Module module, ITensorSource source) => Load(module, source, strict: true);

    /// <summary>Copies weights into a module's parameters and buffers; everything is checked before anything is copied.</summary>
    /// <param name="module">The module, on any device, of any floating-point type.</param>
    /// <param name="source">Weights under the names and with the shapes of the module's state_dict. Floating-point weights of another
    /// floating-point type (such as float16) are converted, rounding to nearest, and integers to wider ones; other types have to be the
    /// same, except for a batch norm's num_batches_tracked, which may have any. Not disposed.</param>
    /// <param name="strict">Whether a missing or an unexpected entry is an error. If false, missing entries keep the values they
    /// have and unexpected ones are ignored; another shape or type, or no entry in common, is still an error. A batch norm's
    /// num_batches_tracked may be missing either way, as in old files.</param>
    /// <exception cref="CheckpointException">The weights do not fit; the module is unchanged, and the message lists the first few of each
    /// kind.</exception>
    /// <exception cref="ArgumentException">The module is on the meta device, which holds no values.</exception>
    public static void Load(nn.Module module, IReadOnlyDictionary<string, Tensor> source, bool strict)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(source);
        TensorEntry[] found = [.. source.Select(pair => new TensorEntry(pair.Key, pair.Value.dtype, pair.Value.shape))];
        Load(module, new StateDictMismatch("The state_dict", found), strict, name => source[name].alias());
    }

    /// <summary>
    /// Copies weights from a checkpoint into a module's parameters and buffers, one tensor at a time, so that it takes little more
    /// memory than the module itself; names, shapes and types are all checked before anything is copied.
    /// </summary>
    /// <param name="module">The module, on any device, of any floating-point type.</param>
    /// <param name="source">A checkpoint with the names of the module's state_dict and its shapes. Floating-point weights of another
    /// floating-point type (such as float16) are converted, rounding to nearest, and integers to wider ones; other types have to be the
    /// same, except for a batch norm's num_batches_tracked, which may have any. Not disposed.</param>
    /// <param name="strict">Whether a missing or an unexpected entry is an error. If false, missing entries keep the values they
    /// have and unexpected ones are ignored; another shape or type, or no entry in common, is still an error. A batch norm's
    /// num_batches_tracked may be missing either way, as in old files.</param>
    /// <exception cref="CheckpointException">The weights do not fit, and the module is unchanged: the message lists the first few of
    /// each kind. Or the file became unreadable, and the module is partly loaded.</exception>
    /// <exception cref="ArgumentException">The module is on the meta device, which holds no values.</exception>
    public static void Load(nn.Module module, ITensorSource source, bool strict)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(source);
        Checkpoint? checkpoint = source as Checkpoint;
        string file = checkpoint is { Key: { Length: > 0 } key } ? $"{source.Name} (key {CheckpointException.Quote(key)})" : source.Name;
        ITensorSource named = checkpoint?.Under(Names(module)) ?? source;
        Load(module, new StateDictMismatch(file, named.Entries) { Checkpoint = checkpoint }, strict, named.Read);
    }

    /// <summary>A hash over every parameter and buffer: equal only for the same names, types, shapes and bits.</summary>
    /// <param name="module">The module, on any device; unchanged.</param>
    /// <returns>64 lower-case hexadecimal digits: the SHA-256 of the entries in ordinal order of their names.</returns>
    /// <remarks>
    /// Hashed, in UTF-8 and little-endian with every text preceded by its length in 4 bytes: "state_dict/1"; the number of entries in 8
    /// bytes; for each its name, its type as safetensors calls it, the number of dimensions in 4 bytes, each size in 8, and the elements,
    /// row-major. The same weights in another type, or under other names, have another fingerprint. What the module computes with them is
    /// not hashed: a module that is not fully described by its state_dict has to say more.
    /// </remarks>
    public static string Fingerprint(nn.Module module) => StateHash.Of(module);

    private static IReadOnlyCollection<string> Names(nn.Module module)
    {
        using var scope = NewDisposeScope();
        return [.. module.state_dict().Keys];
    }

    /// <param name="module">Changed if everything fits.</param>
    /// <param name="found">What there is to load.</param>
    /// <param name="strict">Whether a missing or an unexpected entry is an error.</param>
    /// <param name="read">Reads an entry; the tensor is disposed.</param>
    private static void Load(nn.Module module, StateDictMismatch found, bool strict, Func<string, Tensor> read)
    {
        using var scope = NewDisposeScope();
        // Parameters are leaves that require a gradient: they may be written only under no_grad.
        using var guard = no_grad();
        Dictionary<string, Tensor> wanted = module.state_dict();
        if (wanted.Values.Any(target => target.is_meta))
        {
            throw new ArgumentException(
                "The module lies on the meta device, which holds no values: create it on a real one.", nameof(module));
        }

        found.Check(module.GetType().Name, wanted, strict);
        foreach (var (name, target) in wanted.Where(pair => found.Has(pair.Key)))
        {
            using var one = NewDisposeScope();
            Tensor value = read(name);
            // A batch norm's counter from float16 may have overflowed, and infinity is not a count.
            target.copy_(value.is_floating_point() && !target.is_floating_point() ? value.nan_to_num(0, 0, 0) : value);
        }
    }
}
