using DenoisedSmoothing.Checkpoints;

namespace DenoisedSmoothing.Pickle;

/// <summary>A tensor as a pickle describes it, checked to lie inside its storage.</summary>
/// <param name="Storage">Where its elements are.</param>
/// <param name="Offset">The storage element at which it begins.</param>
/// <param name="Shape">The sizes, none negative.</param>
/// <param name="Strides">Elements between neighbours, one per dimension, none negative.</param>
internal sealed record PickleTensor(PickleStorage Storage, long Offset, long[] Shape, long[] Strides)
{
    /// <summary>libtorch's kernels stop at 64 dimensions.</summary>
    public const int MaxRank = 64;

    /// <summary>The number of elements.</summary>
    public long Count => Shape.Aggregate(1L, (product, size) => product * size);

    /// <summary>The length of its elements in bytes, which a stride of 0 may repeat.</summary>
    public long ByteCount => Count * Storage.ItemSize;

    /// <summary>How many elements of the storage it spans, from the first to the last.</summary>
    public long Span => Count == 0 ? 0 : 1 + Shape.Zip(Strides, (size, stride) => (size - 1) * stride).Sum();

    /// <summary>Whether its elements are stored one after another, row-major.</summary>
    public bool IsContiguous
    {
        get
        {
            if (Count == 0)
                return true;
            long expected = 1;
            for (int i = Shape.Length - 1; i >= 0; i--)
            {
                if (Shape[i] != 1 && Strides[i] != expected)
                    return false;
                expected *= Shape[i];
            }

            return true;
        }
    }

    /// <summary>Checks that a tensor lies inside its storage.</summary>
    /// <returns>Null if it does, or what is wrong.</returns>
    public static string? Problem(PickleStorageView view, long offset, long[] shape, long[] strides)
    {
        if (shape.Length > MaxRank || shape.Length != strides.Length)
            return $"a tensor has {shape.Length} sizes and {strides.Length} strides, and {MaxRank} of each at most go together";
        if (offset < 0 || shape.Any(size => size < 0) || strides.Any(stride => stride < 0))
            return $"a tensor has a negative offset, size or stride: {offset}, {Text(shape)}, {Text(strides)}";
        try
        {
            long last = offset, bytes = view.Storage.ItemSize;
            for (int i = 0; i < shape.Length; i++)
            {
                // Products of sizes are strides too, so they must fit even where a size of 0 leaves no elements.
                bytes = checked(bytes * Math.Max(shape[i], 1));
                last = checked(last + (Math.Max(shape[i] - 1, 0) * strides[i]));
            }

            if (shape.Contains(0))
                return null;
            return last < view.Count ? null
                : $"a tensor of shape {Text(shape)} reaches element {last} of storage {CheckpointException.Quote(view.Storage.Key)}, "
                + $"which has {view.Count}";
        }
        catch (OverflowException)
        {
            return $"a tensor of shape {Text(shape)} and strides {Text(strides)} is beyond 2^63 bytes";
        }
    }

    private static string Text(long[] values) => CheckpointException.Text(values);
}
