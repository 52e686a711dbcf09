using System.Globalization;
using DenoisedSmoothing.Checkpoints;

namespace DenoisedSmoothing.Hub;

/// <summary>What the shapes of weights tell about a network, under the network's own names.</summary>
/// <param name="source">The weights.</param>
internal sealed class WeightShapes(ITensorSource source)
{
    private readonly Dictionary<string, IReadOnlyList<long>> _shapes =
        source.Entries.ToDictionary(entry => entry.Name, entry => entry.Shape, StringComparer.Ordinal);

    /// <summary>The file's name.</summary>
    public string File => source.Name;

    /// <summary>Whether there is an entry.</summary>
    public bool Has(string name) => _shapes.ContainsKey(name);

    /// <summary>Elements of all entries together.</summary>
    public Int128 Elements => _shapes.Values.Aggregate((Int128)0,
        static (sum, shape) => sum + shape.Aggregate((Int128)1, static (product, size) => product * size));

    /// <summary>One size of an entry.</summary>
    /// <param name="name">The entry.</param>
    /// <param name="dimensions">How many dimensions it must have.</param>
    /// <param name="dimension">Which of them is wanted.</param>
    /// <exception cref="CheckpointException">There is no such entry, or it has other dimensions.</exception>
    public int Size(string name, int dimensions, int dimension)
    {
        if (!_shapes.TryGetValue(name, out IReadOnlyList<long>? shape))
            throw CheckpointException.In(File, $"the entry {CheckpointException.Quote(name)} is missing");
        return shape.Count == dimensions && shape[dimension] is >= 1 and <= int.MaxValue
            ? (int)shape[dimension]
            : throw CheckpointException.InEntry(File, name,
                $"its shape {CheckpointException.Text(shape)} is impossible: {dimensions} dimensions are expected");
    }

    /// <summary>How many parts are numbered under a name, from 0 on without a gap.</summary>
    /// <param name="name">Such as <c>blocks</c>, for <c>blocks.0.</c> and so on.</param>
    public int Count(string name)
    {
        HashSet<string> numbers = [.. _shapes.Keys
            .Where(key => key.StartsWith($"{name}.", StringComparison.Ordinal))
            .Select(key => key[(name.Length + 1)..].Split('.')[0])];
        int count = 0;
        while (numbers.Contains(count.ToString(CultureInfo.InvariantCulture)))
            count++;
        return count > 0 ? count : throw CheckpointException.In(File, $"there are no entries {CheckpointException.Quote($"{name}.0.")}");
    }

    /// <summary>The side of a square of that many tokens.</summary>
    /// <exception cref="CheckpointException">They do not form a square.</exception>
    public int Side(string name, long tokens)
    {
        int side = (int)Math.Round(Math.Sqrt(Math.Max(tokens, 0)));
        return side >= 1 && (long)side * side == tokens
            ? side
            : throw CheckpointException.InEntry(File, name, $"{tokens} positions do not form a square, and other images are not supported",
                "Export the model to ONNX or TorchScript.");
    }
}
