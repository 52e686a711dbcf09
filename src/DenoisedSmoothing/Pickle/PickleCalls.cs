using DenoisedSmoothing.Checkpoints;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Pickle;

/// <summary>The calls of a checkpoint's pickle, understood as descriptions of tensors: nothing is called.</summary>
/// <param name="inert">More names that the caller declares inert.</param>
/// <param name="budget">The file's.</param>
internal sealed class PickleCalls(IReadOnlyCollection<string> inert, MemoryBudget budget) : IPickleTypes
{
    private const int OpaqueByteCount = 32;
    private const int StorageByteCount = 192;
    private const int ViewByteCount = 64;
    private const int TensorByteCount = 224;

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
        Remedy
            + " If the name is that of a type that merely holds settings, put it into CheckpointOptions.InertTypes to have it read past.",
        nameof(CheckpointOptions.InertTypes),
        name);

    /// <summary>A storage by its persistent id: ('storage', type, key, location, count) and, in legacy files, the part of it.</summary>
    public object Persistent(object? id)
    {
        if (id is object?[] and ["module", ..])
            throw new PickleException("it holds a whole module, with its source code", Remedy);
        if (id is not object?[] { Length: 5 or 6 } fields || fields[0] is not "storage"
            || fields[1] is not PickleGlobal { Kind: PickleGlobalKind.Storage } type
            || fields[2] is not string key || fields[4] is not long count)
        {
            throw new PickleException("a persistent id is not that of a storage");
        }

        if (type.DType is not { } dtype)
            return Unreadable(type.Name);
        if (count < 0 || count > long.MaxValue / type.ItemSize)
            throw new PickleException($"storage {CheckpointException.Quote(key)} claims {count} elements");
        PickleStorage storage = Storage(key, dtype, type.ItemSize, count);
        return fields is [.., null] || fields.Length == 5 ? View(storage, 0, count) : Part(storage, fields[5]);
    }

    public object? Call(object? function, object? arguments)
    {
        if (function is not PickleGlobal global || arguments is not object?[] values)
            throw new PickleException("it calls what is not a name, or with what is not a tuple");
        switch (global.Kind)
        {
            case PickleGlobalKind.Inert:
                return Opaque(global.Name);
            case PickleGlobalKind.Dictionary:
                return Dictionary(values);
            case PickleGlobalKind.Size when values is [object?[] or List<object?>]:
                return values[0];
            case PickleGlobalKind.RebuildTensor or PickleGlobalKind.RebuildTensorV2 when values is [PickleUnreadable, ..]:
                return values[0];
            case PickleGlobalKind.RebuildTensor when values.Length == 4:
            case PickleGlobalKind.RebuildTensorV2 when values.Length is 6 or 7:
                return Tensor(global, values);
            case PickleGlobalKind.RebuildTensorV3 when values.Length is 7 or 8:
                return Unreadable(values[6] is PickleGlobal dtype ? dtype.Name : global.Name);
            case PickleGlobalKind.RebuildOther:
                return Unreadable(global.Name);
            case PickleGlobalKind.RebuildParameter when values is { Length: 3 or 4 } and [PickleTensor or PickleUnreadable, ..]:
                return values[0];
            // The function is itself on the list; the inner call cannot be of this kind again, so nothing recurses.
            case PickleGlobalKind.RebuildFromType
                when values is [PickleGlobal { Kind: not PickleGlobalKind.RebuildFromType }, PickleGlobal, object?[], _]:
                return Call(values[0], values[2]);
            default:
                throw new PickleException($"it calls {CheckpointException.Quote(global.Name)} with arguments that do not belong to it");
        }
    }

    /// <summary>Attributes may be set on things without any that matter: a dictionary (_metadata) or an inert object.</summary>
    public void SetState(object? target, object? state)
    {
        if (target is not (PickleDictionary or PickleOpaque))
            throw new PickleException("it sets the attributes of something that has none");
    }

    /// <summary>Usually a text; bytes of Python 2 are numpy's numbers and the like, never a weight.</summary>
    public object OldString(ByteInput input, long length) => PickleMachine.Text(input, length, budget) ?? (object)Opaque("str");

    /// <summary>Bytes are numpy's numbers and the like: never a weight.</summary>
    public object Bytes(ByteInput input, long length)
    {
        input.Skip(length);
        return Opaque("bytes");
    }

    /// <summary>The storage of a key; the same one each time.</summary>
    /// <exception cref="PickleException">It was described differently before.</exception>
    internal PickleStorage Storage(string key, ScalarType dtype, int itemSize, long count)
    {
        // The key is hashed each time.
        budget.Charge(StorageByteCount + key.Length);
        PickleStorage storage = new(key, dtype, itemSize, count);
        if (_storages.TryAdd(key, storage))
            return storage;
        return _storages[key] == storage
            ? _storages[key]
            : throw new PickleException($"storage {CheckpointException.Quote(key)} is described in two ways");
    }

    /// <summary>A part of a storage.</summary>
    /// <exception cref="PickleException">It lies outside it.</exception>
    internal PickleStorageView View(PickleStorage storage, long offset, long count)
    {
        budget.Charge(ViewByteCount);
        return offset >= 0 && count >= 0 && offset <= storage.Count - count
            ? new PickleStorageView(storage, offset, count)
            : throw new PickleException($"a part of storage {CheckpointException.Quote(storage.Key)} lies outside it");
    }

    /// <summary>A tensor over a part of a storage.</summary>
    /// <exception cref="PickleException">It does not lie inside it.</exception>
    internal PickleTensor Tensor(PickleStorageView view, long offset, long[] shape, long[] strides)
    {
        budget.Charge(TensorByteCount + (2 * sizeof(long) * shape.Length));
        if (PickleTensor.Problem(view, offset, shape, strides) is { } problem)
            throw new PickleException(problem);
        // An empty tensor may begin anywhere: it reads nothing.
        return new PickleTensor(view.Storage, shape.Contains(0) ? 0 : view.Offset + offset, shape, strides);
    }

    private PickleStorageView Part(PickleStorage storage, object? part) =>
        part is object?[] { Length: 3 } fields && fields[1] is long offset && fields[2] is long count
            ? View(storage, offset, count)
            : throw new PickleException(
                $"the part of storage {CheckpointException.Quote(storage.Key)} is not a key, an offset and a length");

    private PickleOpaque Opaque(string type)
    {
        budget.Charge(OpaqueByteCount);
        return new PickleOpaque(type);
    }

    private PickleUnreadable Unreadable(string type)
    {
        budget.Charge(OpaqueByteCount);
        return new PickleUnreadable(type);
    }

    // An OrderedDict of Python 2 comes with a list of its pairs; other arguments (a default factory) say nothing about the items.
    private PickleDictionary Dictionary(object?[] arguments)
    {
        if (arguments is [PickleDictionary items])
            return items;
        budget.Charge(PickleDictionary.ByteCount);
        PickleDictionary dictionary = new();
        if (arguments is not [List<object?> pairs])
            return dictionary;
        foreach (object? pair in pairs)
        {
            if (pair is List<object?> { Count: 2 } list)
                dictionary.Set(list[0], list[1], budget);
            else if (pair is object?[] { Length: 2 } tuple)
                dictionary.Set(tuple[0], tuple[1], budget);
            else
                throw new PickleException("a dictionary is made of something other than pairs");
        }

        return dictionary;
    }

    private PickleTensor Tensor(PickleGlobal function, object?[] values)
    {
        if (values[0] is not PickleStorageView view || values[1] is not long offset
            || Integers(values[2]) is not { } shape || Integers(values[3]) is not { } strides)
        {
            throw new PickleException($"it calls {CheckpointException.Quote(function.Name)} with arguments that do not belong to it");
        }

        return Tensor(view, offset, shape, strides);
    }

    private static long[]? Integers(object? tuple)
    {
        if (tuple is not object?[] { Length: <= PickleTensor.MaxRank } values || !values.All(value => value is long))
            return null;
        return [.. values.Select(value => (long)value!)];
    }
}
