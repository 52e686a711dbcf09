using static TorchSharp.torch;

namespace DenoisedSmoothing.Checkpoints;

/// <summary>What a checkpoint says about one tensor. Immutable.</summary>
public class TensorEntry
{
    /// <summary>Describes a tensor.</summary>
    /// <param name="name">The name, unique in its checkpoint.</param>
    /// <param name="dtype">The stored element type.</param>
    /// <param name="shape">The sizes, none negative; empty for a scalar.</param>
    public TensorEntry(string name, ScalarType dtype, IEnumerable<long> shape)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(shape);
        Name = name;
        DType = dtype;
        Shape = Array.AsReadOnly(shape.ToArray());
        if (Shape.Any(size => size < 0))
            throw new ArgumentException($"The shape {CheckpointException.Text(Shape)} has a negative size.", nameof(shape));
    }

    /// <summary>The name, unique in its checkpoint; usually a name of a state_dict.</summary>
    public string Name { get; }

    /// <summary>The stored element type.</summary>
    public ScalarType DType { get; }

    /// <summary>The sizes, none negative; empty for a scalar.</summary>
    public IReadOnlyList<long> Shape { get; }

    /// <summary>Name, type and shape.</summary>
    public override string ToString() => $"{Name} {SafetensorsDType.NameOf(DType)} {CheckpointException.Text(Shape)}";
}
