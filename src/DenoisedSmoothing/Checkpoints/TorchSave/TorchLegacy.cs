using System.Buffers.Binary;
using System.Numerics;
using DenoisedSmoothing.Pickle;

namespace DenoisedSmoothing.Checkpoints;

/// <summary>
/// The files of torch.save before PyTorch 1.6: five pickles (a magic number, the protocol, the machine, the object, the keys of its
/// storages), then each storage in the order of the keys: the number of its elements in 8 bytes, and the elements, little-endian.
/// </summary>
internal sealed class TorchLegacy : ITorchStorages
{
    private const long Protocol = 1001;
    private const int SpanByteCount = 128;

    private static readonly BigInteger Magic = ((BigInteger)0x1950 << 64) + 0xa86a20f9469cfc6c;

    private readonly Stream _stream;
    private readonly Dictionary<string, (long Start, long ByteCount)> _spans = new(StringComparer.Ordinal);

    private TorchLegacy(Stream stream) => _stream = stream;

    public bool IsBigEndian => false;

    /// <param name="stream">At 0; ends where the file does.</param>
    /// <param name="file">What messages call the file.</param>
    /// <param name="inert">More names that the caller declares inert.</param>
    /// <param name="budget">The file's.</param>
    /// <exception cref="CheckpointException">The file is damaged, or not from torch.save.</exception>
    public static TorchContents Read(Stream stream, string file, IReadOnlyCollection<string> inert, MemoryBudget budget)
    {
        ByteInput input = new(stream, stream.Length);
        if (Run(new PickleCalls(inert, budget)) is not BigInteger magic || magic != Magic)
        {
            throw CheckpointException.In(
                file, "it is a pickle, but not by torch.save", "Load it in Python, and save its tensors by torch.save or as safetensors.");
        }

        if (Run(new PickleCalls(inert, budget)) is not Protocol)
            throw CheckpointException.In(file, $"its protocol is not {Protocol}");
        if (Run(new PickleCalls(inert, budget)) is not PickleDictionary)
            throw CheckpointException.In(file, "it does not say what machine it comes from");
        PickleCalls calls = new(inert, budget);
        object? root = Run(calls);
        if (Run(new PickleCalls(inert, budget)) is not List<object?> keys)
            throw CheckpointException.In(file, "it has no list of its storages");
        TorchLegacy storages = new(stream);
        storages.Locate(keys, calls.Storages, input.Consumed, file, budget);
        return new TorchContents(root, storages);

        object? Run(PickleCalls types) => new PickleMachine(input, file, types, budget).Run();
    }

    public long? ByteCount(string key) => _spans.TryGetValue(key, out var span) ? span.ByteCount : null;

    public bool IsDeflated(string key) => false;

    public uint? Checksum(string key) => null;

    public Stream Open(string key) => new ByteRangeStream(_stream, _spans[key].Start, _spans[key].ByteCount);

    private void Locate(
        List<object?> keys, IReadOnlyDictionary<string, PickleStorage> storages, long start, string file, MemoryBudget budget)
    {
        Span<byte> prefix = stackalloc byte[sizeof(long)];
        foreach (object? item in keys)
        {
            if (item is not string key || !storages.TryGetValue(key, out PickleStorage? storage))
                throw CheckpointException.In(file, $"its storage {_spans.Count + 1} of {keys.Count} belongs to no tensor");
            if (start > _stream.Length - prefix.Length || storage.ByteCount > _stream.Length - prefix.Length - start)
            {
                throw CheckpointException.In(
                    file, $"it ends inside storage {_spans.Count + 1} of {keys.Count}, of {storage.ByteCount} bytes");
            }

            _stream.Position = start;
            _stream.ReadExactly(prefix);
            long count = BinaryPrimitives.ReadInt64LittleEndian(prefix);
            if (count != storage.Count)
            {
                throw CheckpointException.In(
                    file, $"its storage {_spans.Count + 1} of {keys.Count} has {count} elements, and its tensors say {storage.Count}");
            }

            start += prefix.Length;
            budget.Charge(SpanByteCount + key.Length);
            if (!_spans.TryAdd(key, (start, storage.ByteCount)))
                throw CheckpointException.In(file, $"its storage {CheckpointException.Quote(key)} occurs twice");
            start += storage.ByteCount;
        }
    }
}
