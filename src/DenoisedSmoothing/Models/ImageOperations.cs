using DenoisedSmoothing.Kernels;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Models;

/// <summary>
/// What convolutional networks do with channels-last images between their convolutions: by libtorch's plain operations, or by the library's
/// own kernels, which leave a convolution's bias to the norm or addition that follows, and take a norm's moments while they add.
/// </summary>
internal abstract class ImageOperations
{
    /// <summary>The way to be taken for images like these.</summary>
    public static ImageOperations For(Tensor x) => GpuKernels.For(x) is { } kernels && KernelCalls.Takes(x.dtype, 8)
        ? new KernelImageOperations(kernels)
        : PlainImageOperations.Instance;

    /// <summary>Convolves, and frees the input.</summary>
    /// <param name="layer">With a bias.</param>
    /// <param name="input">[N,C,H,W].</param>
    /// <param name="added">Added to the result at every pixel: [1,C'] or [N,C']; null for nothing.</param>
    public abstract FeatureMap Convolve(Conv2d layer, Tensor input, Tensor? added = null);

    /// <summary>Images as others have to see them: nothing is missing, moments are taken where norms want them.</summary>
    public abstract FeatureMap Settle(FeatureMap images);

    /// <summary>Images with others' channels behind theirs, or the two side by side where that is as good; uses both up.</summary>
    public abstract (FeatureMap Images, FeatureMap? Behind) Join(FeatureMap images, FeatureMap behind);

    /// <summary>Group norm, over the channels of both where there are two; SiLU of that where asked.</summary>
    /// <param name="layer">With weights for all channels.</param>
    /// <param name="images">The images, or the first channels.</param>
    /// <param name="behind">The channels behind; null for none.</param>
    /// <param name="scaleShift">Scale less 1, then shift: [1,2C] or [N,2C]; null for neither.</param>
    /// <param name="silu">Whether SiLU follows.</param>
    public abstract Tensor Norm(GroupNorm layer, FeatureMap images, FeatureMap? behind, Tensor? scaleShift, bool silu);

    /// <summary>A convolution of one pixel over the channels of both.</summary>
    public abstract Tensor Project(Conv2d layer, FeatureMap images, FeatureMap? behind);

    /// <summary>Adds a residual to a branch, in the branch's memory where no gradient needs it.</summary>
    /// <param name="branch">Used up.</param>
    /// <param name="residual">[N,C,H,W]; not changed.</param>
    public abstract FeatureMap Add(FeatureMap branch, Tensor residual);
}
