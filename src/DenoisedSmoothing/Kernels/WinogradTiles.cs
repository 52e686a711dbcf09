using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Kernels;

/// <summary>For which convolutions Winograd's F(4x4,3x3) saves work, on a card and on a CPU.</summary>
internal static class WinogradTiles
{
    private const int Tile = 4;

    // With fewer channels on both sides, moving data costs about as much as the saved products: an estimate for a card of 3 TB/s and 50
    // TFLOP/s, not measured there.
    private const long FewestChannels = 32;

    /// <summary>Tiles along a side.</summary>
    public static long Along(long pixels) => (pixels + Tile - 1) / Tile;

    /// <summary>Whether it saves work for these, and can be computed once the weights are channels-last.</summary>
    /// <param name="layer">The convolution.</param>
    /// <param name="x">[N,C,H,W].</param>
    /// <param name="fewestPixels">Over all images: below it, transforming the weights costs as much as the convolution.</param>
    public static bool Save(TorchSharp.Modules.Conv2d layer, Tensor x, long fewestPixels)
    {
        Tensor weight = layer.weight!;
        if (x.dtype != ScalarType.Float32 || weight.dtype != ScalarType.Float32 || weight.size(2) != 3 || weight.size(3) != 3
            || !All(layer.stride, 1) || !All(layer.padding, 1) || !All(layer.dilation, 1) || weight.size(1) != x.size(1)
            || layer.padding_mode != PaddingModes.Zeros)
            return false;
        long height = x.size(2), width = x.size(3), channels = x.size(1), results = weight.size(0), tiles = Along(height) * Along(width);
        // Tiles at the edges are computed whole: where less than half of what is computed is wanted, little is gained.
        bool pays = x.size(0) * height * width >= fewestPixels && 8 * tiles <= height * width
            && 2 * channels * results >= FewestChannels * (channels + results);
        bool counts = tiles * Math.Max(channels, results) < int.MaxValue && results * channels < int.MaxValue;
        return pays && counts && KernelCalls.Takes(x.dtype, channels) && KernelCalls.Takes(x.dtype, results)
            && KernelCalls.IsChannelsLast(x);
    }

    private static bool All(IEnumerable<long>? values, long wanted) => values?.All(value => value == wanted) is true;
}
