using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Pickle;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Networks;

/// <summary>
/// Checks what libtorch believes about a script's objects without looking: that every tensor lies inside its storage, that a storage is as
/// long as it says, and that nothing is nested so deeply that freeing it exhausts the stack. Reading beyond a storage ends the process, or
/// yields whatever is in memory there.
/// </summary>
/// <param name="budget">The file's.</param>
internal sealed class ScriptPickle(MemoryBudget budget) : IPickleTypes
{
    // In a deep network's modules there are two for each level.
    private const int MaxNesting = 500;

    private const int ObjectByteCount = 96;

    // Types of which libtorch has tensors but TorchSharp does not, with the bytes of an element.
    private static readonly Dictionary<string, PickleGlobal> s_storages = new(StringComparer.Ordinal)
    {
        ["torch.QInt8Storage"] = Storage("QInt8", ScalarType.Int8, 1),
        ["torch.QUInt8Storage"] = Storage("QUInt8", ScalarType.Byte, 1),
        ["torch.QInt32Storage"] = Storage("QInt32", ScalarType.Int32, 4),
        ["torch.ComplexFloatStorage"] = Storage("ComplexFloat", ScalarType.ComplexFloat32, 8),
        ["torch.ComplexDoubleStorage"] = Storage("ComplexDouble", ScalarType.ComplexFloat64, 16),
        // Its first arguments are those of a plain tensor.
        ["torch._utils._rebuild_qtensor"] = new("torch._utils._rebuild_qtensor", PickleGlobalKind.RebuildTensorV2),
    };

    private readonly PickleCalls _tensors = new([], budget);
    private readonly Dictionary<object, int> _heights = new(ReferenceEqualityComparer.Instance);

    public long MaxByteCount => _tensors.MaxByteCount;

    public string Wanted => "scripts";

    public string Remedy => "Save the model again with torch.jit.save.";

    /// <summary>Checks one pickle of a script.</summary>
    /// <param name="path">The file, for messages.</param>
    /// <param name="pickle">The record's bytes.</param>
    /// <param name="byteCount">The length in bytes of the storage of that key; null where the file has none.</param>
    /// <param name="budget">The file's.</param>
    /// <exception cref="CheckpointException">It is damaged, or describes tensors that the file does not have.</exception>
    public static void Check(string path, byte[] pickle, Func<string, long?> byteCount, MemoryBudget budget)
    {
        using MemoryStream stream = new(pickle);
        ScriptPickle types = new(budget);
        object? root = new PickleMachine(new ByteInput(stream, pickle.Length), path, types, budget).Run();
        foreach (PickleStorage storage in types._tensors.Storages.Values)
        {
            if (byteCount(storage.Key) is not { } length || length < storage.ByteCount)
            {
                throw CheckpointException.In(path,
                    $"storage {CheckpointException.Quote(storage.Key)} of this script should have {storage.ByteCount} bytes, "
                    + (byteCount(storage.Key) is { } found ? $"and has {found}" : "and is missing"));
            }
        }

        if (types.Height(root, 0) > MaxNesting)
            throw CheckpointException.In(path, $"the objects of this script are nested more than {MaxNesting} deep, or contain themselves");
    }

    public PickleGlobal Find(string name) => s_storages.GetValueOrDefault(name) ?? PickleGlobals.Find(name, [])
        ?? new PickleGlobal(name, PickleGlobalKind.Inert);

    public object? Persistent(object? id) => _tensors.Persistent(id);

    public object? Call(object? function, object? arguments)
    {
        if (function is not PickleGlobal { Kind: PickleGlobalKind.Inert } global)
            return _tensors.Call(function, arguments);
        if (arguments is object?[] and [_, string type] && ScriptArchive.Nesting(type) > ScriptArchive.MaxNesting)
            throw new PickleException($"the type {CheckpointException.Quote(type)} is nested too deep");
        budget.Charge(ObjectByteCount);
        return new ScriptObject(global.Name) { Arguments = arguments };
    }

    public void SetState(object? target, object? state)
    {
        if (target is ScriptObject made)
            made.State = state;
        else
            _tensors.SetState(target, state);
    }

    public object OldString(ByteInput input, long length) => _tensors.OldString(input, length);

    public object Bytes(ByteInput input, long length) => _tensors.Bytes(input, length);

    private static PickleGlobal Storage(string type, ScalarType dtype, int itemSize) =>
        new($"torch.{type}Storage", PickleGlobalKind.Storage, dtype, itemSize);

    // How deeply a value is nested; above the limit as soon as it is reached, so that this too ends and needs little stack.
    private int Height(object? value, int depth)
    {
        IEnumerable<object?>? parts = value switch
        {
            object?[] tuple => tuple,
            List<object?> list => list,
            PickleDictionary dictionary => dictionary.Items.Select(item => item.Value),
            ScriptObject made => [made.Arguments, made.State],
            _ => null,
        };
        if (parts is null)
            return 0;
        if (depth > MaxNesting)
            return MaxNesting + 1;
        if (_heights.TryGetValue(value!, out int known))
            return known;
        budget.Charge(ObjectByteCount);
        int height = 0;
        foreach (object? part in parts)
        {
            height = Math.Max(height, 1 + Height(part, depth + 1));
            if (depth + height > MaxNesting)
                return MaxNesting + 1;
        }

        return _heights[value!] = height;
    }

    /// <summary>An object of the script, or a call of one of libtorch's own functions.</summary>
    private sealed record ScriptObject(string TypeName)
    {
        public object? Arguments { get; init; }

        public object? State { get; set; }
    }
}
