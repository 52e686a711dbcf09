using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing;

/// <summary>The memory of a tensor, piece by piece: a Span ends at 2 GiB, tensors do not.</summary>
internal static class TensorBytes
{
    private const int ChunkByteCount = 1 << 26;

    /// <summary>What to do with the next piece, in the order of memory.</summary>
    public delegate void Visitor(Span<byte> chunk);

    /// <summary>Visits all elements, row-major.</summary>
    /// <param name="tensor">On the CPU and contiguous: see <see cref="Local"/>.</param>
    /// <param name="visit">Called for each piece; not at all for an empty tensor.</param>
    public static void Visit(Tensor tensor, Visitor visit)
    {
        long count = tensor.NumberOfElements;
        if (count == 0)
            return;
        using var guard = no_grad();
        using Tensor flat = tensor.view(-1);
        long step = ChunkByteCount / tensor.ElementSize;
        for (long start = 0; start < count; start += step)
        {
            using Tensor part = flat.narrow(0, start, Math.Min(step, count - start));
            visit(part.bytes);
        }
    }

    /// <summary>
    /// The same values on the CPU and contiguous, without gradient: shares the memory where that is already so. The caller disposes it.
    /// </summary>
    public static Tensor Local(Tensor tensor)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        return tensor.detach().cpu().contiguous().MoveToOuterDisposeScope();
    }
}
