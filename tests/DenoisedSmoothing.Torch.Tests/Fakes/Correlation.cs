using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Testing;

/// <summary>Correlations between rows of noise.</summary>
internal static class Correlation
{
    public static double Largest(Tensor a, Tensor b) => OfRows(a, b).abs().max().item<float>();

    /// <summary>The correlation of every row of one with every row of the other.</summary>
    public static Tensor OfRows(Tensor a, Tensor b) => Centred(a).matmul(Centred(b).t());

    private static Tensor Centred(Tensor rows)
    {
        Tensor centred = rows - rows.mean([1], keepdim: true);
        return centred / centred.square().sum(1, keepdim: true).sqrt();
    }
}
