using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Checkpoints;

/// <summary>Boolean tensors as stored in files.</summary>
internal static class BooleanBytes
{
    /// <summary>Refuses a boolean tensor with a byte that is neither 0 nor 1: reading it would be undefined behaviour in C++.</summary>
    /// <exception cref="CheckpointException">There is such a byte.</exception>
    public static void Check(Tensor tensor, string file, string entry)
    {
        if (tensor.dtype != ScalarType.Bool)
            return;
        TensorBytes.Visit(tensor, bytes =>
        {
            if (bytes.ContainsAnyExceptInRange((byte)0, (byte)1))
                throw CheckpointException.InEntry(file, entry, "a BOOL is neither 0 nor 1");
        });
    }
}
