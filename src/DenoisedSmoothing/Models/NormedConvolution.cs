using DenoisedSmoothing.Kernels;
using DenoisedSmoothing.Kernels.Cpu;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Models;

/// <summary>
/// A convolution, the batch norm after it and ReLU, as in denoisers and the residual networks for small images. Where a CPU computes a
/// large batch in float32 and nothing is recorded for gradients or trained, the norm is folded into the convolution, its scale into the
/// weights and its shift into the bias; and the images become channels-last, for which the library has its own 3x3 convolutions
/// (<see cref="CpuConvolution"/>). (In the bottlenecks of a ResNet-50 that was no faster.)
/// </summary>
/// <remarks>The weights are scaled anew in every pass: nothing is kept that could become outdated.</remarks>
internal static class NormedConvolution
{
    /// <summary>
    /// The number of pixels, over all images, from which on they become channels-last. Large weights have to be rearranged in every pass,
    /// which costs more than it saves in smaller batches (measured: without this bound a wide ResNet took twice the time for one image of
    /// 32x32).
    /// </summary>
    public const long FewestPixels = 16_384;

    // Scaling a weight costs as much as normalising this many values: about 20 bytes against 8, an estimate.
    private const double PixelsPerWeight = 2.5;

    // Rearranging and scaling the weights comes on top of transforming them: half as many pixels again, an estimate.
    private const long FewestPixelsOfTiles = 3072;

    /// <summary>Convolves, normalises and rectifies.</summary>
    /// <param name="layer">The convolution.</param>
    /// <param name="norm">The norm after it; null for none.</param>
    /// <param name="x">[N,C,H,W]; not disposed.</param>
    /// <param name="relu">Whether ReLU follows.</param>
    /// <returns>Fresh.</returns>
    public static Tensor Run(Conv2d layer, BatchNorm2d? norm, Tensor x, bool relu)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor y = Folds(layer, norm, x) ? Folded(layer, norm, x) : norm is null ? layer.call(x) : norm.Consume(layer.call(x));
        return (relu ? nn.functional.relu(y, inplace: true) : y).MoveToOuterDisposeScope();
    }

    /// <summary>The same, and frees the input.</summary>
    public static Tensor Consume(Conv2d layer, BatchNorm2d? norm, Tensor x, bool relu)
    {
        using (x)
            return Run(layer, norm, x, relu);
    }

    private static bool Folds(Conv2d layer, BatchNorm2d? norm, Tensor x) =>
        CpuKernels.Taken && x.device_type == DeviceType.CPU && x.dtype == ScalarType.Float32 && !is_grad_enabled()
        && layer.weight!.dtype == x.dtype && layer.padding_mode == PaddingModes.Zeros
        && (norm is null || (!norm.training && norm.weight is not null && norm.running_var?.dtype == x.dtype)) && Pays(layer, x);

    private static bool Pays(Conv2d layer, Tensor x)
    {
        Tensor weight = layer.weight!;
        long stride = layer.stride![0], pixels = x.size(0) * x.size(2) * x.size(3);
        return (KernelCalls.IsChannelsLast(x) || pixels >= FewestPixels)
            && (pixels >= PixelsPerWeight * stride * stride * weight.size(1) * weight.size(2) * weight.size(3)
                || WinogradTiles.Save(layer, x, FewestPixelsOfTiles));
    }

    private static Tensor Folded(Conv2d layer, BatchNorm2d? norm, Tensor x)
    {
        Tensor rows = layer.weight!.permute(0, 2, 3, 1).contiguous();
        Tensor? bias = layer.bias;
        if (norm is not null)
        {
            Tensor scale = norm.running_var!.Plus(norm.eps).rsqrt_().mul_(norm.weight!), mean = norm.running_mean!;
            rows = rows.mul(scale.reshape(-1, 1, 1, 1));
            bias = addcmul(norm.bias!, bias is null ? mean : mean.sub(bias), scale, Kept(-1));
        }

        Tensor weight = rows.permute(0, 3, 1, 2);
        return CpuConvolution.Takes(layer, weight, x)
            ? CpuConvolution.Run(x, weight, bias ?? zeros(weight.size(0)))
            : nn.functional.conv2d(x, weight, bias, layer.stride, layer.padding, layer.dilation, layer.groups);
    }
}
