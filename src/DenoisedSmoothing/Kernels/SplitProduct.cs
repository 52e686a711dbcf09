using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Kernels;

/// <summary>
/// Products of float32 rows and weights on tensor cores: each factor is split into the sum of two TF32 numbers, which keep 22 of its 24
/// bits, and three of their four products are summed in float32 (the fourth is below the 22nd bit). An accelerator's tensor cores do that
/// faster than one product in float32.
/// </summary>
/// <remarks>
/// The three are one product with three times the terms: the rows [small, large, large] with the weights [large, small, large], so that
/// small sums are usually added up before large ones. A bias is three further terms, whose other factor is 1. Tensor cores truncate sums
/// where float32 rounds them, so long sums would shrink: they are computed in pieces, which are added in float32.
/// </remarks>
/// <param name="driver">Runs the kernels of split.h.</param>
/// <param name="cores">Do the multiplying.</param>
/// <param name="fewest">See <see cref="Takes"/>.</param>
/// <param name="mostBytes">The most memory for split rows at once.</param>
internal sealed class SplitProduct(
    IKernelDriver driver, ITensorCores cores, long fewest = SplitProduct.Fewest, long mostBytes = SplitProduct.MostBytes)
{
    /// <summary>Terms of the longest sum on tensor cores.</summary>
    public const int Piece = 1024;

    // Where rows times results over their sum is below it, splitting moves more than the product saves: an estimate for a card of 3 TB/s,
    // 50 TFLOP/s in float32 and 120 in three products of TF32, not measured there.
    private const long Fewest = 320;

    // As in WinogradConvolution.
    private const long MostBytes = 1L << 30;

    // Values besides the pieces: three for the bias, padded for accesses of 16 bytes.
    private const int Tail = 4;

    // Rows begin at cache lines.
    private const int PitchUnit = 32, Threads = 256;

    /// <summary>Whether it is worth using for these, and can be computed.</summary>
    /// <param name="rows">[rows,C].</param>
    /// <param name="weight">[results,C].</param>
    /// <param name="bias">[results]; null for none.</param>
    public bool Takes(Tensor rows, Tensor weight, Tensor? bias)
    {
        if (rows.dtype != ScalarType.Float32 || rows.dim() != 2 || weight.dim() != 2 || !Beside(weight, rows))
            return false;
        long count = rows.size(0), terms = rows.size(1), results = weight.size(0);
        return count * results >= fewest * (count + results) && weight.size(1) == terms && terms % 8 == 0 && results % 4 == 0
            && count * Math.Max(results, Pitch(terms)) < 1L << 40 && count < int.MaxValue && results * Pitch(terms) < int.MaxValue
            && Aligned(rows) && Aligned(weight) && !Tf32.Allowed
            && (bias is null || (Beside(bias, rows) && bias.dim() == 1 && bias.size(0) == results && bias.is_contiguous()));
    }

    /// <summary>rows weight^T + bias.</summary>
    /// <param name="rows">float32 [rows,C].</param>
    /// <param name="weight">float32 [results,C].</param>
    /// <param name="bias">float32 [results]; null for none.</param>
    /// <returns>[rows,results], contiguous; fresh.</returns>
    public Tensor Run(Tensor rows, Tensor weight, Tensor? bias)
    {
        using DisposeScope scope = NewDisposeScope();
        int count = (int)rows.size(0), results = (int)weight.size(0), terms = (int)rows.size(1), pitch = (int)Pitch(terms);
        Tensor weights = empty([results, pitch], ScalarType.Float32, rows.device);
        Split("split_weights_float32", weight, bias, KernelCalls.Pointer(weights), results);

        // Slices of one size, since the library for products may choose by it; the last may end past the rows, in memory that is not read.
        int slices = (int)((count * (long)pitch * sizeof(float) + mostBytes - 1) / mostBytes);
        int slice = (count + slices - 1) / slices;
        Tensor y = empty([(long)slice * slices, results], ScalarType.Float32, rows.device);
        Tensor split = empty([slice, pitch], ScalarType.Float32, rows.device);
        for (int first = 0; first < count; first += slice)
        {
            using Tensor some = rows.narrow(0, first, Math.Min(slice, count - first));
            Split("split_rows_float32", some, null, KernelCalls.Pointer(split), (int)some.size(0));
            for (int start = 0; start < terms; start += Piece)
            {
                int piece = Math.Min(Piece, terms - start), tail = start + piece == terms ? Tail : 0;
                nint offset = 3 * start * sizeof(float);
                cores.Multiply(new TensorProduct(
                    KernelCalls.Pointer(split) + offset, pitch, KernelCalls.Pointer(weights) + offset, pitch,
                    KernelCalls.Pointer(y) + (nint)first * results * sizeof(float), slice, results, 3 * piece + tail, Adds: start > 0));
            }
        }

        return y.narrow(0, 0, count).MoveToOuterDisposeScope();
    }

    // A thread for eight values, and one for the tail.
    private void Split(string kernel, Tensor values, Tensor? bias, nint to, int count)
    {
        int terms = (int)values.size(1);
        long threads = count * (terms / 8 + 1L);
        driver.Launch(kernel, new KernelGrid((int)((threads + Threads - 1) / Threads), 1, Threads, 0),
        [
            KernelCalls.Pointer(values), (int)values.stride(0), KernelCalls.Pointer(bias), to, count, terms, Piece, (int)Pitch(terms),
        ]);
    }

    private static long Pitch(long terms) => (3 * terms + Tail + PitchUnit - 1) / PitchUnit * PitchUnit;

    // Tensors of another kind or device are left to libtorch to refuse: a kernel would read whatever is there.
    private static bool Beside(Tensor x, Tensor rows) =>
        x.dtype == rows.dtype && x.device_type == rows.device_type && x.device_index == rows.device_index;

    // Rows that accesses of 16 bytes can read.
    private static bool Aligned(Tensor x) => x.stride(1) == 1 && x.stride(0) % 4 == 0 && KernelCalls.Pointer(x) % 16 == 0;
}
