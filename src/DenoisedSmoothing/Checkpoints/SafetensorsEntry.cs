using static TorchSharp.torch;

namespace DenoisedSmoothing;

/// <summary>What a safetensors header says of one tensor. Immutable.</summary>
public sealed class SafetensorsEntry
{
    internal SafetensorsEntry(string name, ScalarType dtype, long[] shape, long begin, long end)
    {
        Name = name;
        DType = dtype;
        Shape = Array.AsReadOnly(shape);
        Begin = begin;
        End = end;
    }

    /// <summary>The name, unique in its file; usually a name of a state_dict.</summary>
    public string Name { get; }

    /// <summary>The stored element type.</summary>
    public ScalarType DType { get; }

    /// <summary>The sizes, none negative; empty for a scalar.</summary>
    public IReadOnlyList<long> Shape { get; }

    /// <summary>The length of the elements in bytes: the product of <see cref="Shape"/> times the size of an element.</summary>
    public long ByteCount => End - Begin;

    /// <summary>First byte, counted from the end of the header.</summary>
    internal long Begin { get; }

    /// <summary>One past the last byte, counted from the end of the header.</summary>
    internal long End { get; }

    /// <summary>Name, type and shape.</summary>
    public override string ToString() => $"{Name} {SafetensorsDType.NameOf(DType)} {CheckpointException.Text(Shape)}";
}
