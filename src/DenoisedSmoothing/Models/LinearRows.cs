using DenoisedSmoothing.Kernels;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Models;

/// <summary>
/// Linear layers on rows [N T,C]: with two dimensions, a bias is part of the product. On cards where that is faster, float32 products use
/// <see cref="SplitProduct"/>.
/// </summary>
internal static class LinearRows
{
    /// <summary>Calls the layer.</summary>
    /// <param name="layer">[C',C].</param>
    /// <param name="rows">[N T,C]; not disposed.</param>
    public static Tensor Run(this Linear layer, Tensor rows) =>
        Split(rows, layer.weight!, layer.bias) ?? layer.call(rows);

    /// <summary>Calls the layer and frees the rows.</summary>
    public static Tensor ConsumeRows(this Linear layer, Tensor rows)
    {
        using (rows)
            return layer.Run(rows);
    }

    /// <summary>rows weight^T + bias.</summary>
    /// <param name="rows">[N T,C].</param>
    /// <param name="weight">[C',C].</param>
    /// <param name="bias">[C']; null for none.</param>
    /// <returns>[N T,C'].</returns>
    public static Tensor Product(Tensor rows, Tensor weight, Tensor? bias) =>
        Split(rows, weight, bias) ?? nn.functional.linear(rows, weight, bias);

    private static Tensor? Split(Tensor rows, Tensor weight, Tensor? bias) =>
        GpuKernels.ProductsFor(rows) is { } products && products.Takes(rows, weight, bias) ? products.Run(rows, weight, bias) : null;
}
