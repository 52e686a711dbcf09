using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Pickle;

namespace DenoisedSmoothing.Data;

/// <summary>A numpy array of unsigned bytes from a pickle; empty until its state is set.</summary>
internal sealed class NumpyArray
{
    /// <summary>The lengths, outermost first.</summary>
    public IReadOnlyList<long> Shape { get; private set; } = [0];

    /// <summary>The elements, row-major.</summary>
    public byte[] Data { get; private set; } = [];

    /// <summary>Takes the state that numpy pickles: (version, shape, element type, whether column-major, bytes).</summary>
    /// <exception cref="PickleException">It is something else, not of unsigned bytes, or its parts do not fit together.</exception>
    public void SetState(object? state)
    {
        if (state is not object?[] { Length: 5 } fields || fields[1] is not object?[] { Length: > 0 } lengths
            || fields[4] is not PickleBytes bytes)
        {
            throw new PickleException("the state of an array is not a version, a shape, an element type, an order and bytes");
        }

        if (fields[2] is not NumpyElementType { Name: "u1" or "|u1" or "uint8" or "B" })
        {
            string type = fields[2] is NumpyElementType known ? CheckpointException.Quote(known.Name) : "unknown";
            throw new PickleException($"an array has elements of type {type}, and images are unsigned bytes");
        }

        if (fields[3] is not (false or 0L))
            throw new PickleException("an array is stored column by column");
        Int128 size = 1;
        foreach (object? length in lengths)
        {
            if (length is not (long and >= 0 and <= int.MaxValue) || (size *= (long)length) > int.MaxValue)
                throw new PickleException("the shape of an array makes no sense");
        }

        if (size != bytes.Data.Length)
            throw new PickleException($"the shape of an array does not fit its {bytes.Data.Length} bytes");
        (Shape, Data) = ([.. lengths.Select(length => (long)length!)], bytes.Data);
    }
}
