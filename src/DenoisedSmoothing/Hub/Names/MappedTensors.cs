using DenoisedSmoothing.Checkpoints;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Hub;

/// <summary>
/// The tensors of another source, renamed, cut or joined as a network of this library names and shapes them. Each is still read separately,
/// so that loading takes little more memory than the network.
/// </summary>
/// <param name="source">Left open.</param>
internal sealed class MappedTensors(ITensorSource source) : ITensorSource
{
    private readonly List<TensorEntry> _entries = [];
    private readonly Dictionary<string, Func<Tensor>> _readers = new(StringComparer.Ordinal);

    public string Name => source.Name;

    public IReadOnlyList<TensorEntry> Entries => _entries;

    public Tensor Read(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return _readers.TryGetValue(name, out Func<Tensor>? read)
            ? read()
            : throw CheckpointException.NoSuchEntry(Name, name, _entries.Count);
    }

    /// <summary>The entry under another name.</summary>
    public void Rename(TensorEntry entry, string name) => Add(name, entry, entry.Shape, () => source.Read(entry.Name));

    /// <summary>
    /// The entry in another shape with as many elements; if the numbers differ, in its own shape, for the loader to report.
    /// </summary>
    public void Reshape(TensorEntry entry, string name, params long[] shape)
    {
        if (Product(shape) != Product(entry.Shape))
            Rename(entry, name);
        else
            Add(name, entry, shape, () => Made(entry, tensor => tensor.reshape(shape)));
    }

    /// <summary>Equal parts along the first dimension, each under a name.</summary>
    /// <exception cref="CheckpointException">The entry cannot be cut this way.</exception>
    public void Cut(TensorEntry entry, params string[] names)
    {
        if (entry.Shape.Count == 0 || entry.Shape[0] % names.Length != 0)
        {
            throw CheckpointException.InEntry(Name, entry.Name,
                $"it joins {names.Length} tensors, but its shape {CheckpointException.Text(entry.Shape)} cannot be cut so",
                CheckpointException.Damaged);
        }

        long size = entry.Shape[0] / names.Length;
        for (int i = 0; i < names.Length; i++)
        {
            long from = i * size;
            Add(names[i], entry, [size, .. entry.Shape.Skip(1)], () => Made(entry, tensor => tensor.narrow(0, from, size).clone()));
        }
    }

    /// <summary>Entries joined along the first dimension.</summary>
    /// <exception cref="CheckpointException">They differ in type or in the other dimensions.</exception>
    public void Join(IReadOnlyList<TensorEntry> entries, string name)
    {
        TensorEntry first = entries[0];
        if (entries.Any(entry => entry.Shape.Count == 0 || entry.DType != first.DType
            || !entry.Shape.Skip(1).SequenceEqual(first.Shape.Skip(1))))
        {
            throw CheckpointException.InEntry(Name, first.Name,
                $"it is to be joined with {CheckpointException.Quote(entries[^1].Name)}, which is of another type or shape");
        }

        Add(name, first, [entries.Sum(entry => entry.Shape[0]), .. first.Shape.Skip(1)], () =>
        {
            using var scope = NewDisposeScope();
            return cat([.. entries.Select(entry => source.Read(entry.Name))], 0).MoveToOuterDisposeScope();
        });
    }

    private void Add(string name, TensorEntry from, IEnumerable<long> shape, Func<Tensor> read)
    {
        if (!_readers.TryAdd(name, read))
            throw CheckpointException.InEntry(Name, from.Name, $"another entry is {CheckpointException.Quote(name)} as well");
        _entries.Add(new TensorEntry(name, from.DType, shape));
    }

    private Tensor Made(TensorEntry entry, Func<Tensor, Tensor> make)
    {
        using Tensor whole = source.Read(entry.Name);
        return make(whole);
    }

    private static Int128 Product(IEnumerable<long> shape) => shape.Aggregate((Int128)1, (product, size) => product * size);
}
