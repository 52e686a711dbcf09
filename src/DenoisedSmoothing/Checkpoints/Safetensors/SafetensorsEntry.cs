using static TorchSharp.torch;

namespace DenoisedSmoothing.Checkpoints;

/// <summary>What a safetensors header says about one tensor. Immutable.</summary>
public sealed class SafetensorsEntry : TensorEntry
{
    internal SafetensorsEntry(string name, ScalarType dtype, long[] shape, long begin, long end)
        : base(name, dtype, shape)
    {
        Begin = begin;
        End = end;
    }

    /// <summary>The length of the elements in bytes: the product of the sizes times the size of an element.</summary>
    public long ByteCount => End - Begin;

    /// <summary>First byte, counted from the end of the header.</summary>
    internal long Begin { get; }

    /// <summary>One past the last byte, counted from the end of the header.</summary>
    internal long End { get; }
}
