using DenoisedSmoothing.Parts;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Models;

/// <summary>
/// Rows of a batch in equal slices, so that no activation is larger than what the CPU's allocator keeps: glibc maps memory of 32 MB and
/// more anew for every operation, and each of its pages then faults once (measured: a fifth of a vision transformer's time in float32).
/// </summary>
internal static class RowSlices
{
    // Well below 32 MB, but enough for a pass to be worth its calls.
    private const long LargestActivation = 26_000_000;

    /// <summary>Cuts the rows, on the CPU and where no gradient is recorded; otherwise one slice has them all.</summary>
    /// <param name="x">[N,...].</param>
    /// <param name="elementsPerRow">Size of the network's largest activation for one row.</param>
    /// <returns>Views of x; at least one row each.</returns>
    public static Tensor[] Cut(Tensor x, long elementsPerRow)
    {
        long rows = x.shape[0];
        if (x.device_type != TorchSharp.DeviceType.CPU || is_grad_enabled() || rows == 0)
            return [x.alias()];
        return x.split(EqualSlices.Of(rows, LargestActivation / (elementsPerRow * x.element_size())));
    }

    /// <summary>Runs a network on each slice and joins the results.</summary>
    public static Tensor Run(Tensor x, long elementsPerRow, Func<Tensor, Tensor> network)
    {
        using var scope = NewDisposeScope();
        Tensor[] results = [.. Cut(x, elementsPerRow).Select(network)];
        return (results.Length == 1 ? results[0] : cat(results, 0)).MoveToOuterDisposeScope();
    }
}
