using System.Globalization;
using DenoisedSmoothing.Pickle;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Checkpoints;

/// <summary>
/// The files of torch.save before PyTorch 0.1.10: a tar archive of "storages" (each a pickle of its key, place and type, its length in 8
/// bytes, and its elements), "tensors" (each a pickle of its key, storage and type, then its sizes, strides and offset), and "pickle", the
/// object, in which a persistent id is the key of a tensor or a storage. Little-endian. (PyTorch: legacy_load of torch/serialization.py.)
/// </summary>
internal sealed class TorchTar : ITorchStorages
{
    private const int EntryByteCount = 160;

    private readonly Stream _stream;
    private readonly string _file;
    private readonly PickleCalls _calls;
    private readonly IReadOnlyCollection<string> _inert;
    private readonly MemoryBudget _budget;
    private readonly Dictionary<string, long> _starts = new(StringComparer.Ordinal);

    // Storages and tensors share their keys.
    private readonly Dictionary<string, object> _objects = new(StringComparer.Ordinal);

    private TorchTar(Stream stream, string file, IReadOnlyCollection<string> inert, MemoryBudget budget) =>
        (_stream, _file, _inert, _budget, _calls) = (stream, file, inert, budget, new PickleCalls(inert, budget));

    public bool IsBigEndian => false;

    /// <param name="stream">The file, from 0 to its end.</param>
    /// <param name="file">What messages call the file.</param>
    /// <param name="inert">More names that the caller declares inert.</param>
    /// <param name="budget">The file's.</param>
    /// <exception cref="CheckpointException">The file is damaged, or not from torch.save.</exception>
    public static TorchContents Read(Stream stream, string file, IReadOnlyCollection<string> inert, MemoryBudget budget)
    {
        TarDirectory directory = TarDirectory.Read(stream, file);
        TorchTar tar = new(stream, file, inert, budget);
        try
        {
            tar.ReadStorages(directory);
            tar.ReadTensors(directory);
            using Stream pickle = directory.Open("pickle");
            TorchTarTypes types = new(tar._calls, tar._objects);
            return new TorchContents(new PickleMachine(new ByteInput(pickle, pickle.Length), file, types, budget).Run(), tar);
        }
        catch (EndOfStreamException)
        {
            throw CheckpointException.In(file, "a record of its tar archive ends early");
        }
        catch (PickleException e)
        {
            throw CheckpointException.In(file, e.Message, e.Remedy);
        }
    }

    public long? ByteCount(string key) => _objects.GetValueOrDefault(key) is PickleStorageView view ? view.Storage.ByteCount : null;

    public bool IsDeflated(string key) => false;

    public uint? Checksum(string key) => null;

    public Stream Open(string key) => new ByteRangeStream(_stream, _starts[key], ByteCount(key)!.Value);

    /// <summary>A key as text: keys were addresses in memory, as numbers or as texts.</summary>
    internal static string? KeyOf(object? key) => key switch
    {
        long number => number.ToString(CultureInfo.InvariantCulture),
        string text => text,
        _ => null,
    };

    private void ReadStorages(TarDirectory directory)
    {
        using ByteRangeStream records = directory.Open("storages");
        ByteInput input = new(records, records.Length);
        for (long left = Count(Run(input)); left > 0; left--)
        {
            if (Run(input) is not object?[] { Length: 3 } fields || KeyOf(fields[0]) is not { } key
                || fields[2] is not PickleGlobal { Kind: PickleGlobalKind.Storage, DType: { } dtype } type)
            {
                throw CheckpointException.In(
                    _file, $"its storage {_objects.Count + 1} is not described by a key, a place and a type that can be read");
            }

            long count = (long)input.ReadUInt64();
            if (count < 0 || count > input.Remaining / type.ItemSize)
                throw CheckpointException.In(_file, $"its storage {CheckpointException.Quote(key)} claims {count} elements");
            Add(key, _calls.View(_calls.Storage(key, dtype, type.ItemSize, count), 0, count));
            _starts[key] = records.Start + input.Consumed;
            input.Skip(count * type.ItemSize);
        }

        if (Run(input) is not List<object?> views)
            throw CheckpointException.In(_file, "it has no list of the parts of its storages");
        foreach (object? item in views)
        {
            if (item is not object?[] { Length: 4 } part || KeyOf(part[0]) is not { } key || KeyOf(part[1]) is not { } root
                || part[2] is not long offset || part[3] is not long count
                || _objects.GetValueOrDefault(root) is not PickleStorageView whole)
            {
                throw CheckpointException.In(_file, "a part of its storages is not a key, a storage, an offset and a length");
            }

            Add(key, _calls.View(whole.Storage, whole.Offset + offset, count));
        }
    }

    private void ReadTensors(TarDirectory directory)
    {
        using ByteRangeStream records = directory.Open("tensors");
        ByteInput input = new(records, records.Length);
        for (long left = Count(Run(input)); left > 0; left--)
        {
            if (Run(input) is not object?[] { Length: 3 } fields || KeyOf(fields[0]) is not { } key || KeyOf(fields[1]) is not { } storage
                || _objects.GetValueOrDefault(storage) is not PickleStorageView view)
            {
                throw CheckpointException.In(_file, "a tensor is not described by a key, a storage and a type");
            }

            // Eight bytes, of which only four are meaningful.
            uint rank = input.ReadUInt32();
            input.Skip(sizeof(uint));
            if (rank > PickleTensor.MaxRank)
            {
                throw CheckpointException.In(
                    _file, $"its tensor {CheckpointException.Quote(key)} has {rank} dimensions, and {PickleTensor.MaxRank} are the most");
            }

            long[] shape = Integers(input, rank), strides = Integers(input, rank);
            Add(key, _calls.Tensor(view, (long)input.ReadUInt64(), shape, strides));
        }
    }

    private static long[] Integers(ByteInput input, uint count)
    {
        long[] values = new long[count];
        for (int i = 0; i < values.Length; i++)
            values[i] = (long)input.ReadUInt64();
        return values;
    }

    private void Add(string key, object value)
    {
        _budget.Charge(EntryByteCount + (3L * key.Length));
        if (!_objects.TryAdd(key, value))
            throw CheckpointException.In(_file, $"its key {CheckpointException.Quote(key)} occurs twice");
    }

    private long Count(object? value) => value is long and >= 0 ? (long)value
        : throw CheckpointException.In(_file, "it does not say how many storages or tensors it has");

    // A pickle machine with its own types: nothing here refers to anything outside its pickle.
    private object? Run(ByteInput input) => new PickleMachine(input, _file, new PickleCalls(_inert, _budget), _budget).Run();
}
