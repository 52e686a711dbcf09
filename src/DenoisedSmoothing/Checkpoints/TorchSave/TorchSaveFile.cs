using System.Buffers.Binary;
using System.Runtime.InteropServices;
using DenoisedSmoothing.Pickle;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Checkpoints;

/// <summary>
/// A file of torch.save, open for reading: its pickle is read at once, as data (<see cref="PickleMachine"/>), each tensor when it is
/// asked for, straight into its own memory.
/// </summary>
internal sealed class TorchSaveFile : ITensorSource, IDisposable
{
    private const int EntryByteCount = 384;

    private readonly Lock _gate = new();
    private readonly Stream _stream;
    private readonly TorchStorageReader _reader;
    private readonly Dictionary<string, PickleTensor> _tensors = new(StringComparer.Ordinal);

    private TorchSaveFile(Stream stream, string name, TorchContents contents, CheckpointOptions options, MemoryBudget budget)
    {
        _stream = stream;
        Name = name;
        _reader = new TorchStorageReader(contents.Storages, name, options.VerifyChecksums);
        (Key, PickleDictionary stateDict) = StateDictChooser.Choose(contents.Root, options.Key, name, budget);
        TorchViews views = new(contents.Storages, budget);
        List<TensorEntry> entries = [];
        foreach (var (key, value) in stateDict.Items)
        {
            if (value is PickleUnreadable unreadable)
            {
                throw CheckpointException.InEntry(
                    name, key.Text, $"it is {unreadable.Description}, which cannot be read", unreadable.Remedy);
            }

            // Anything else in the dictionary (a counter, _extra_state) is not a weight.
            if (value is not PickleTensor tensor || key.IsNumber)
                continue;
            budget.Charge(EntryByteCount + (3L * key.Text.Length) + tensor.Storage.Key.Length + (sizeof(long) * tensor.Shape.Length));
            _reader.CheckLength(key.Text, tensor.Storage);
            views.Add(tensor);
            _tensors.Add(key.Text, tensor);
            entries.Add(new TensorEntry(key.Text, tensor.Storage.DType, tensor.Shape));
        }

        Entries = entries.AsReadOnly();
    }

    public string Name { get; }

    /// <summary>The path of the state_dict inside the file; empty where the file itself is one.</summary>
    public string Key { get; }

    public IReadOnlyList<TensorEntry> Entries { get; }

    /// <param name="stream">At 0, ends where the file does; disposed with this, unless opening fails.</param>
    /// <param name="name">What messages call the file.</param>
    /// <param name="format">Which of the layouts of torch.save it has.</param>
    /// <param name="options">Checked.</param>
    /// <exception cref="CheckpointException">The file is damaged, hostile, or holds no state_dict.</exception>
    public static TorchSaveFile Open(Stream stream, string name, CheckpointFormat format, CheckpointOptions options)
    {
        MemoryBudget budget = new(name, stream.Length);
        TorchContents contents = format switch
        {
            CheckpointFormat.TorchZip => TorchZip.Read(stream, name, options.InertTypes, budget),
            CheckpointFormat.TorchTar => TorchTar.Read(stream, name, options.InertTypes, budget),
            _ => TorchLegacy.Read(stream, name, options.InertTypes, budget),
        };
        return new TorchSaveFile(stream, name, contents, options, budget);
    }

    public Tensor Read(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (!_tensors.TryGetValue(name, out PickleTensor? described))
            throw CheckpointException.NoSuchEntry(Name, name, Entries.Count);
        bool straight = described.IsContiguous;
        using var scope = NewDisposeScope();
        lock (_gate)
        {
            _reader.Prepare(name, described.Storage, IsWhole(described));
            Tensor read = empty(straight ? described.Shape : [described.Span], described.Storage.DType, CPU);
            int itemSize = described.Storage.ItemSize;
            ReadBytes(name, described, (stream, _) => TensorBytes.Visit(read, chunk =>
            {
                stream.ReadExactly(chunk);
                if (_reader.IsBigEndian)
                    Reverse(chunk, itemSize);
            }));
            BooleanBytes.Check(read, Name, name);
            return (straight ? read : read.as_strided(described.Shape, described.Strides).contiguous()).MoveToOuterDisposeScope();
        }
    }

    /// <summary>Reads the bytes of an entry without making a tensor: those of the storage from its first to its last element.</summary>
    internal byte[] ReadBytes(string name)
    {
        PickleTensor described = _tensors[name];
        lock (_gate)
        {
            _reader.Prepare(name, described.Storage, IsWhole(described));
            byte[] bytes = new byte[described.Span * described.Storage.ItemSize];
            ReadBytes(name, described, (stream, _) => stream.ReadExactly(bytes));
            return bytes;
        }
    }

    public void Dispose() => _stream.Dispose();

    private static bool IsWhole(PickleTensor tensor) => tensor.Span == tensor.Storage.Count;

    private static void Reverse(Span<byte> bytes, int itemSize)
    {
        switch (itemSize)
        {
            case 2:
                Span<ushort> halves = MemoryMarshal.Cast<byte, ushort>(bytes);
                BinaryPrimitives.ReverseEndianness(halves, halves);
                break;
            case 4:
                Span<uint> words = MemoryMarshal.Cast<byte, uint>(bytes);
                BinaryPrimitives.ReverseEndianness(words, words);
                break;
            case 8:
                Span<ulong> longs = MemoryMarshal.Cast<byte, ulong>(bytes);
                BinaryPrimitives.ReverseEndianness(longs, longs);
                break;
        }
    }

    private void ReadBytes(string name, PickleTensor tensor, Action<Stream, long> copy)
    {
        int itemSize = tensor.Storage.ItemSize;
        _reader.Read(name, tensor.Storage, tensor.Offset * itemSize, tensor.Span * itemSize, copy);
    }
}
