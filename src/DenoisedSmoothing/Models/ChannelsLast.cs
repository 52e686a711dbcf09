using DenoisedSmoothing.Kernels.Cpu;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace DenoisedSmoothing.Models;

/// <summary>
/// Convolutions whose weights are channels-last in memory. Shapes, names and values are those of the plain ones; what follows such a
/// convolution is channels-last too, which is the layout that oneDNN and cuDNN compute in: measured up to twice as fast in float32 and
/// three times in bfloat16. The weights have this layout from the start, so there is no second copy that could become outdated.
/// </summary>
internal static class ChannelsLast
{
    // aten/src/ATen/native/cpu/group_norm_kernel.cpp: from here on, another kernel takes over.
    private const long KernelForLargeImages = 1024;

    // Measured with AVX-512: groups of 32 bytes are fast in float32 and in bfloat16, groups of 16 bytes slow in both.
    private const long NarrowGroupBytes = 32;

    /// <summary>A convolution with random weights.</summary>
    public static TorchSharp.Modules.Conv2d Conv2d(long inChannels, long outChannels, long kernel, long stride = 1, long padding =
        0, bool bias = true)
    {
        // The layer's own weights would be row by row, and each would leave a hole of its size in the heap: a network then took half as
        // much memory again. So the layer gets none, and the weights are drawn where they stay, from the initialiser's distribution.
        using DisposeScope scope = NewDisposeScope();
        TorchSharp.Modules.Conv2d layer =
            nn.Conv2d(inChannels, outChannels, kernel, stride: stride, padding: padding, bias: bias, device: META);
        using Tensor noWeight = layer.weight!;
        using Tensor? noBias = layer.bias;
        using IDisposable guard = no_grad();
        double bound = 1 / Math.Sqrt(inChannels * kernel * kernel);
        // Its own memory, not a view: autograd does not allow a view's base to be changed.
        Tensor weight = empty_strided([outChannels, inChannels, kernel, kernel],
            [kernel * kernel * inChannels, 1, kernel * inChannels, inChannels]);
        layer.weight = TransformerWeights.Own(weight.uniform_(-bound, bound));
        if (bias)
            layer.bias = TransformerWeights.Own(empty(outChannels).uniform_(-bound, bound));
        return layer;
    }

    /// <summary>Calls the layer for only the first of its output channels, and frees its input.</summary>
    public static Tensor Call(TorchSharp.Modules.Conv2d layer, Tensor input, long channels)
    {
        using (input)
        {
            return channels == layer.out_channels
                ? layer.call(input)
                : nn.functional.conv2d(input, layer.weight!.narrow(0, 0, channels), layer.bias!.narrow(0, 0, channels),
                    strides: layer.stride, padding: layer.padding!);
        }
    }

    /// <summary>Calls the layer with another bias, and frees its input.</summary>
    public static Tensor Consume(TorchSharp.Modules.Conv2d layer, Tensor input, Tensor bias)
    {
        using (input)
        {
            return CpuConvolution.Takes(layer, input)
                ? CpuConvolution.Run(input, layer.weight!, bias)
                : nn.functional.conv2d(input, layer.weight!, bias, strides: layer.stride, padding: layer.padding!);
        }
    }

    /// <summary>
    /// Group norm with weights other than the layer's own. libtorch's kernel for small channels-last images uses vectors of one group's
    /// channels: it processes narrow groups element by element (measured: 22 ms against 0.5 for 64 x 64 channels at 14x14 in bfloat16), so
    /// these are normalised with operations on whole tensors, in at least float32.
    /// </summary>
    public static Tensor Norm(TorchSharp.Modules.GroupNorm layer, Tensor x, Tensor weight, Tensor bias)
    {
        long channels = x.shape[1], perGroup = channels / layer.num_groups, pixels = x.shape[2] * x.shape[3];
        if (x.device_type != DeviceType.CPU || x.stride(1) != 1 || pixels >= KernelForLargeImages
            || perGroup * x.element_size() >= NarrowGroupBytes)
            return nn.functional.group_norm(x, layer.num_groups, weight, bias, layer.eps);
        using DisposeScope scope = NewDisposeScope();
        ScalarType type = x.dtype, wide = type == ScalarType.Float64 ? type : ScalarType.Float32;
        Tensor tokens = x.permute(0, 2, 3, 1).reshape(x.shape[0], pixels, channels).to_type(wide);
        Tensor centred = tokens.sub(OverGroups(tokens));
        Tensor scale = OverGroups(centred.Squared()).PlusInPlace(layer.eps).rsqrt_().mul(weight.to_type(wide));
        Tensor normed = addcmul(bias.to_type(wide), centred, scale, Kept(1)).to_type(type);
        return normed.reshape(x.shape[0], x.shape[2], x.shape[3], channels).permute(0, 3, 1, 2).MoveToOuterDisposeScope();

        // The mean over pixels and a group's channels, for each channel: [N,1,C].
        Tensor OverGroups(Tensor values) =>
            values.mean([1]).reshape(values.shape[0], -1, perGroup).mean([2], keepdim: true).expand(-1, -1, perGroup)
                .reshape(values.shape[0], 1, channels);
    }

    /// <summary>Group norm with the layer's own weights.</summary>
    public static Tensor Norm(IModule<Tensor, Tensor> layer, Tensor x)
    {
        TorchSharp.Modules.GroupNorm norm = (TorchSharp.Modules.GroupNorm)layer;
        return Norm(norm, x, norm.weight!, norm.bias!);
    }

    /// <summary>Applies group norm and frees its input.</summary>
    public static Tensor ConsumingNorm(IModule<Tensor, Tensor> layer, Tensor input)
    {
        using (input)
            return Norm(layer, input);
    }
}
