using DenoisedSmoothing.Parts;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Kernels;

/// <summary>
/// Convolutions of 3x3 pixels in float32 by Winograd's F(4x4,3x3), with the kernels of winograd.h and libtorch's batched product. Where
/// cards may not round factors to TF32, cuDNN's own convolutions run at less than half the rate of products, and this needs only a quarter
/// of the products.
/// </summary>
/// <remarks>
/// The sums differ from those of the plain convolution and lose more precision: up to 1e-5 of the largest value, 3e-6 by norm, in the
/// tests. Every sum has a fixed order.
/// </remarks>
/// <param name="driver">Runs the kernels.</param>
/// <param name="mostBytes">The most memory for transformed pixels and products at once, unless one image's take more.</param>
internal sealed class WinogradConvolution(IKernelDriver driver, long mostBytes = WinogradConvolution.MostBytes)
{
    private const int Products = 36, Threads = 256;

    // Below it, transforming the weights costs as much as the convolution.
    private const long FewestPixels = 1024;

    // Enough to fill a card, little compared with its memory.
    private const long MostBytes = 1L << 30;

    /// <summary>Whether it is worth using for these.</summary>
    /// <param name="layer">The convolution.</param>
    /// <param name="x">[N,C,H,W].</param>
    public static bool Takes(TorchSharp.Modules.Conv2d layer, Tensor x) =>
        WinogradTiles.Save(layer, x, FewestPixels) && KernelCalls.IsChannelsLast(layer.weight!) && !Tf32.Allowed;

    /// <summary>The convolution without a bias.</summary>
    /// <param name="x">float32 [N,C,H,W], channels-last.</param>
    /// <param name="weight">float32 [K,C,3,3], channels-last.</param>
    /// <returns>[N,K,H,W], channels-last; fresh.</returns>
    public Tensor Run(Tensor x, Tensor weight)
    {
        using DisposeScope scope = NewDisposeScope();
        int n = (int)x.size(0), channels = (int)x.size(1), height = (int)x.size(2), width = (int)x.size(3), results = (int)weight.size(0);
        int down = (int)WinogradTiles.Along(height), across = (int)WinogradTiles.Along(width);
        Tensor weights = empty([Products, results, channels], ScalarType.Float32, x.device);
        Launch("winograd_weights_float32", results, channels,
            [KernelCalls.Pointer(weight), KernelCalls.Pointer(weights), results, channels]);
        Tensor transposed = weights.transpose(1, 2), y = KernelCalls.ImagesLike(x, results);
        nint from = KernelCalls.Pointer(x), to = KernelCalls.Pointer(y);
        int images = Images(n, down * across, channels + results), tiles = images * down * across;
        for (int first = 0; first < n; first += images)
        {
            nint offset = (nint)first * height * width * sizeof(float);
            using Tensor pixels = empty([Products, tiles, channels], ScalarType.Float32, x.device);
            Launch("winograd_pixels_float32", tiles, channels,
                [from + offset * channels, KernelCalls.Pointer(pixels), tiles, down, across, height, width, channels]);
            using Tensor products = pixels.bmm(transposed);
            Launch("winograd_results_float32", tiles, results,
                [KernelCalls.Pointer(products), to + offset * results, tiles, down, across, height, width, results]);
        }

        return y.MoveToOuterDisposeScope();
    }

    // A thread for each channel of each tile.
    private void Launch(string kernel, int tiles, int channels, ReadOnlySpan<KernelArgument> arguments) =>
        driver.Launch(kernel, new KernelGrid((int)(((long)tiles * channels + Threads - 1) / Threads), 1, Threads, 0), arguments);

    // How many images at once.
    private int Images(int n, int tilesPerImage, int channels)
    {
        long valuesPerImage = (long)tilesPerImage * channels;
        long fit = Math.Min(mostBytes / (Products * sizeof(float) * valuesPerImage), int.MaxValue / valuesPerImage);
        return (int)EqualSlices.Of(n, fit);
    }
}
