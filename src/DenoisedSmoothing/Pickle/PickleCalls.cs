using DenoisedSmoothing.Checkpoints;

namespace DenoisedSmoothing.Pickle;

/// <summary>The calls of a checkpoint's pickle, understood as descriptions of tensors: nothing is called.</summary>
/// <param name="inert">More names that the caller takes for inert.</param>
internal sealed class PickleCalls(IReadOnlyCollection<string> inert) : IPickleTypes
{
    /// <summary>The pickle of a checkpoint of 10,000 tensors has about 2 MB.</summary>
    public const int MaxPickleByteCount = 64 << 20;

    private const string WeightsRemedy =
        "Nothing of the file was run. If it comes from a source that you trust, load it in Python and save only its weights again "
        + "(torch.save(model.state_dict(), path), or safetensors).";

    private readonly Dictionary<string, PickleStorage> _storages = new(StringComparer.Ordinal);

    /// <summary>The storages that the pickle refers to, by key.</summary>
    public IReadOnlyDictionary<string, PickleStorage> Storages => _storages;

    public long MaxByteCount => MaxPickleByteCount;

    public string Wanted => "weights";

    public string Remedy => WeightsRemedy;

    public PickleGlobal Find(string name) => PickleGlobals.Find(name, inert) ?? throw new PickleException(
        $"it refers to {CheckpointException.Quote(name)}, which is not among the names that weights need",
        Remedy + " If the name is that of a type that merely holds settings, put it into CheckpointOptions.InertTypes to have it read past.");

    /// <summary>A storage by its persistent id: ('storage', type, key, location, count) and, in legacy files, the part of it.</summary>
    public object Persistent(object? id)
    {
        if (id is object?[] and ["module", ..])
            throw new PickleException("it holds a whole module, with its source code", Remedy);
        if (id is not object?[] { Length: 5 or 6 } fields || fields[0] is not "storage"
            || fields[1] is not PickleGlobal { Kind: PickleGlobalKind.Storage, DType: { } dtype } type
            || fields[2] is not string key || fields[4] is not long count)
        {
            throw new PickleException("a persistent id is not that of a storage");
        }

        if (count < 0 || count > long.MaxValue / type.ItemSize)
            throw new PickleException($"storage {CheckpointException.Quote(key)} claims {count} elements");
        PickleStorage storage = new(key, dtype, type.ItemSize, count);
        if (!_storages.TryAdd(key, storage) && _storages[key] != storage)
            throw new PickleException($"storage {CheckpointException.Quote(key)} is described in two ways");
        storage = _storages[key];
        return fields is [.., null] || fields.Length == 5 ? new PickleStorageView(storage, 0, count) : Part(storage, fields[5]);
    }

    public object? Call(object? function, object? arguments, out int cost)
    {
        if (function is not PickleGlobal global || arguments is not object?[] values)
            throw new PickleException("it calls what is not a name, or with what is not a tuple");
        cost = 0;
        switch (global.Kind)
        {
            case PickleGlobalKind.Inert:
                return new PickleOpaque(global.Name);
            case PickleGlobalKind.Dictionary:
                return Dictionary(values, out cost);
            case PickleGlobalKind.Size when values is [object?[] or List<object?>]:
                return values[0];
            case PickleGlobalKind.RebuildTensor when values.Length == 4:
            case PickleGlobalKind.RebuildTensorV2 when values.Length is 6 or 7:
                PickleTensor tensor = Tensor(global, values);
                cost = 8 + tensor.Shape.Length;
                return tensor;
            case PickleGlobalKind.RebuildParameter when values is [PickleTensor, _, _] or [PickleTensor, _, _, _]:
                return values[0];
            // The function is itself on the list; the inner call cannot be of this kind again, so nothing recurses.
            case PickleGlobalKind.RebuildFromType when values is [PickleGlobal { Kind: not PickleGlobalKind.RebuildFromType }, PickleGlobal, object?[], _]:
                return Call(values[0], values[2], out cost);
            default:
                throw new PickleException($"it calls {CheckpointException.Quote(global.Name)} with arguments that do not belong to it");
        }
    }

    /// <summary>Attributes may be set of what carries none that matter: a dictionary (_metadata) or an inert object.</summary>
    public void SetState(object? target, object? state)
    {
        if (target is not (PickleDictionary or PickleOpaque))
            throw new PickleException("it sets the attributes of something that has none");
    }

    public object OldString(ByteInput input, long length) => PickleMachine.Text(input, length);

    /// <summary>Bytes are numpy's numbers and the like: never a weight.</summary>
    public object Bytes(ByteInput input, long length)
    {
        input.Skip(length);
        return new PickleOpaque("bytes");
    }

    private static PickleStorageView Part(PickleStorage storage, object? part)
    {
        if (part is not object?[] { Length: 3 } fields || fields[1] is not long offset || fields[2] is not long count)
            throw new PickleException($"the part of storage {CheckpointException.Quote(storage.Key)} is not a key, an offset and a length");
        return offset >= 0 && count >= 0 && offset <= storage.Count - count
            ? new PickleStorageView(storage, offset, count)
            : throw new PickleException($"a part of storage {CheckpointException.Quote(storage.Key)} lies outside of it");
    }

    // An OrderedDict of Python 2 comes with a list of its pairs; other arguments (a default factory) say nothing of the items.
    private static PickleDictionary Dictionary(object?[] arguments, out int cost)
    {
        cost = 0;
        switch (arguments)
        {
            case [PickleDictionary items]:
                return items;
            case [List<object?> pairs]:
                PickleDictionary dictionary = new();
                cost = pairs.Count;
                foreach (object? pair in pairs)
                {
                    if (pair is List<object?> { Count: 2 } list)
                        dictionary.Set(list[0], list[1]);
                    else if (pair is object?[] { Length: 2 } tuple)
                        dictionary.Set(tuple[0], tuple[1]);
                    else
                        throw new PickleException("a dictionary is made of something else than pairs");
                }

                return dictionary;
            default:
                return new PickleDictionary();
        }
    }

    private static PickleTensor Tensor(PickleGlobal function, object?[] values)
    {
        if (values[0] is not PickleStorageView view || values[1] is not long offset || Integers(values[2]) is not { } shape || Integers(values[3]) is not { } strides)
            throw new PickleException($"it calls {CheckpointException.Quote(function.Name)} with arguments that do not belong to it");
        if (PickleTensor.Problem(view, offset, shape, strides) is { } problem)
            throw new PickleException(problem);
        // An empty tensor may begin anywhere: it reads nothing.
        return new PickleTensor(view.Storage, shape.Contains(0) ? 0 : view.Offset + offset, shape, strides);
    }

    private static long[]? Integers(object? tuple)
    {
        if (tuple is not object?[] { Length: <= PickleTensor.MaxRank } values || !values.All(value => value is long))
            return null;
        return [.. values.Select(value => (long)value!)];
    }
}
