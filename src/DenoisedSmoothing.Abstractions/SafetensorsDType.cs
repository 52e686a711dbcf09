using static TorchSharp.torch;

namespace DenoisedSmoothing;

/// <summary>
/// The element types that safetensors files and TorchSharp share: the format's unsigned 16- to 64-bit, 8-bit float and complex types are
/// left out.
/// </summary>
internal static class SafetensorsDType
{
    private static readonly (string Name, ScalarType Type, int Size)[] Known =
    [
        ("F64", ScalarType.Float64, 8),
        ("F32", ScalarType.Float32, 4),
        ("F16", ScalarType.Float16, 2),
        ("BF16", ScalarType.BFloat16, 2),
        ("I64", ScalarType.Int64, 8),
        ("I32", ScalarType.Int32, 4),
        ("I16", ScalarType.Int16, 2),
        ("I8", ScalarType.Int8, 1),
        ("U8", ScalarType.Byte, 1),
        ("BOOL", ScalarType.Bool, 1),
    ];

    public static ReadOnlySpan<(string Name, ScalarType Type, int Size)> All => Known;

    public static string AllNames { get; } = string.Join(", ", Known.Select(known => known.Name));

    public static bool TryName(ScalarType type, out string name, out int size)
    {
        foreach (var known in Known)
        {
            if (known.Type == type)
            {
                (name, _, size) = known;
                return true;
            }
        }

        (name, size) = (type.ToString(), 0);
        return false;
    }

    /// <summary>The format's name for a type, or TorchSharp's where the format has none.</summary>
    public static string NameOf(ScalarType type)
    {
        TryName(type, out string name, out _);
        return name;
    }

    /// <summary>The length of a tensor's elements in bytes.</summary>
    /// <exception cref="OverflowException">It is beyond 2^63, or would be if no size were 0: strides are such products too.</exception>
    public static long ByteCount(ScalarType type, IReadOnlyList<long> shape)
    {
        TryName(type, out _, out int size);
        long product = size;
        foreach (long length in shape)
            product = checked(product * Math.Max(length, 1));
        return shape.Contains(0) ? 0 : product;
    }
}
