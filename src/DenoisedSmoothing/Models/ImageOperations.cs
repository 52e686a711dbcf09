using DenoisedSmoothing.Kernels;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Models;

/// <summary>
/// What convolutional networks do with channels-last images between their convolutions: with libtorch's plain operations, or with the
/// library's own kernels, which leave a convolution's bias to the norm or addition that follows, and compute a norm's moments while they
/// add.
/// </summary>
internal abstract class ImageOperations
{
    /// <summary>The operations to use for images like these.</summary>
    public static ImageOperations For(Tensor x) => GpuKernels.For(x) is { } kernels && KernelCalls.Takes(x.dtype, 8)
        ? new KernelImageOperations(kernels)
        : PlainImageOperations.Instance;

    /// <summary>Announces which layers the pass will apply to its time embedding, so that they may be computed together.</summary>
    /// <param name="layers">Each takes the embedding.</param>
    /// <param name="embedding">[1,E] for all rows, or [N,E]; alive until the pass ends, in the calling scope.</param>
    public abstract void Prepare(IReadOnlyList<Linear> layers, Tensor embedding);

    /// <summary>The result of a block's layer for the time embedding.</summary>
    /// <param name="layer">One of those announced.</param>
    /// <param name="embedding">The same.</param>
    /// <returns>[1,C] or [N,C], in the caller's dispose scope.</returns>
    public abstract Tensor Time(Linear layer, Tensor embedding);

    /// <summary>The pixels of images as rows [N H W,C]: a view of channels-last ones.</summary>
    public static Tensor Rows(Tensor images) => images.permute(0, 2, 3, 1).reshape(-1, images.size(1));

    /// <summary>Rows [N H W,C] as images again: a view.</summary>
    public static Tensor Images(Tensor rows, long n, long height, long width) =>
        rows.reshape(n, height, width, -1).permute(0, 3, 1, 2);

    /// <summary>A 1x1 convolution on rows, whatever dimensions its kernel has: a product that adds the bias.</summary>
    public static Tensor Pointwise(Tensor rows, Tensor weight, Tensor? bias) =>
        LinearRows.Product(rows, weight.reshape(weight.size(0), -1), bias);

    /// <summary>Convolves, and frees the input.</summary>
    /// <param name="layer">With a bias.</param>
    /// <param name="input">[N,C,H,W].</param>
    /// <param name="added">Added to the result at every pixel: [1,C'] or [N,C']; null for nothing.</param>
    public abstract FeatureMap Convolve(Conv2d layer, Tensor input, Tensor? added = null);

    /// <summary>Images ready for other layers: nothing is missing, and moments are computed where norms want them.</summary>
    public abstract FeatureMap Settle(FeatureMap images);

    /// <summary>Images with others' channels after theirs, or the two separately where that is as good; consumes both.</summary>
    public abstract (FeatureMap Images, FeatureMap? Behind) Join(FeatureMap images, FeatureMap behind);

    /// <summary>Group norm, over the channels of both where there are two; followed by SiLU if asked.</summary>
    /// <param name="layer">With weights for all channels.</param>
    /// <param name="images">The images, or the first channels.</param>
    /// <param name="behind">The channels after them; null for none.</param>
    /// <param name="scaleShift">Scale minus 1, then shift: [1,2C] or [N,2C]; null for neither.</param>
    /// <param name="silu">Whether SiLU follows.</param>
    public abstract Tensor Norm(GroupNorm layer, FeatureMap images, FeatureMap? behind, Tensor? scaleShift, bool silu);

    /// <summary>A 1x1 convolution over the channels of both.</summary>
    public abstract Tensor Project(Conv2d layer, FeatureMap images, FeatureMap? behind);

    /// <summary>Adds a residual to a branch, in the branch's memory where no gradient needs it.</summary>
    /// <param name="branch">Consumed.</param>
    /// <param name="residual">[N,C,H,W]; not changed.</param>
    public abstract FeatureMap Add(FeatureMap branch, Tensor residual);
}
