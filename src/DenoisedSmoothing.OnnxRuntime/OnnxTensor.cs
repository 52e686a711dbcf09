using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using TorchSharp;

namespace DenoisedSmoothing.OnnxRuntime;

/// <summary>An input or output of a model: name, element type, and shape with -1 where it is free.</summary>
internal sealed record OnnxTensor(string Name, TensorElementType Type, IReadOnlyList<long> Shape)
{
    public int Rank => Shape.Count;

    public bool IsFloat =>
        Type is TensorElementType.Float or TensorElementType.Float16 or TensorElementType.BFloat16 or TensorElementType.Double;

    public bool IsInteger => Type is TensorElementType.Int32 or TensorElementType.Int64;

    public torch.ScalarType ScalarType => Type switch
    {
        TensorElementType.Float => torch.ScalarType.Float32,
        TensorElementType.Float16 => torch.ScalarType.Float16,
        TensorElementType.BFloat16 => torch.ScalarType.BFloat16,
        TensorElementType.Double => torch.ScalarType.Float64,
        TensorElementType.Int32 => torch.ScalarType.Int32,
        TensorElementType.Int64 => torch.ScalarType.Int64,
        _ => throw new NotSupportedException($"{this}: this element type is not supported."),
    };

    public static IReadOnlyList<OnnxTensor> ListOf(IReadOnlyDictionary<string, NodeMetadata> nodes) =>
    [
        .. nodes.Select(node => node.Value.IsTensor
            ? new OnnxTensor(node.Key, node.Value.ElementDataType, [.. node.Value.Dimensions.Select(size => (long)size)])
            : new OnnxTensor(node.Key, TensorElementType.DataTypeMax, [])),
    ];

    /// <summary>Whether this looks like images [N,H,W,C]: there are few channels, but not few pixels across.</summary>
    public bool IsChannelsLast => Rank == 4 && Shape[3] is 1 or 3 or 4 && Shape[1] is not (1 or 2 or 3 or 4);

    /// <summary>Whether a tensor of this shape fits: free dimensions take any size.</summary>
    public bool Fits(IReadOnlyList<long> shape) => shape.Count == Rank
        && Shape.Zip(shape).All(pair => pair.First < 0 || pair.First == pair.Second);

    public override string ToString() => Type == TensorElementType.DataTypeMax
        ? $"'{Name}' no tensor"
        : $"'{Name}' {Type.ToString().ToLowerInvariant()} {ShapeText}";

    public string ShapeText =>
        $"[{string.Join(',', Shape.Select(size => size < 0 ? "?" : size.ToString(System.Globalization.CultureInfo.InvariantCulture)))}]";
}
