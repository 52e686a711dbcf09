using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Kernels.Cpu;

/// <summary>
/// Convolutions of 3x3 pixels in float32 on a CPU by Winograd's F(4x4,3x3), with a quarter of the products of plain ones
/// (docs/performance.md).
/// </summary>
/// <remarks>The sums differ from those of oneDNN and lose more precision: 3e-6 by norm in the tests, against 1e-6.</remarks>
internal static unsafe class CpuConvolution
{
    // Transforming the kernels costs as much as a thousand pixels.
    private const long FewestPixels = 2048;

    /// <summary>Whether this processor and libtorch have what it needs.</summary>
    public static bool Supported => Fma.IsSupported && Vector256.IsHardwareAccelerated && TorchThreads.Found;

    /// <summary>Whether it is worth using for these, and no gradient is recorded.</summary>
    /// <param name="layer">The convolution.</param>
    /// <param name="x">[N,C,H,W].</param>
    public static bool Takes(TorchSharp.Modules.Conv2d layer, Tensor x) =>
        Takes(layer, layer.weight!, x) && layer.bias is { } bias && bias.dtype == x.dtype;

    /// <summary>The same with weights other than the layer's own.</summary>
    /// <param name="layer">The convolution.</param>
    /// <param name="weight">float32 [K,C,3,3].</param>
    /// <param name="x">[N,C,H,W].</param>
    public static bool Takes(TorchSharp.Modules.Conv2d layer, Tensor weight, Tensor x) =>
        CpuKernels.Taken && x.device_type == DeviceType.CPU && !is_grad_enabled()
        && WinogradTiles.Save(layer, x, FewestPixels) && KernelCalls.IsChannelsLast(weight);

    /// <summary>The convolution.</summary>
    /// <param name="x">float32 [N,C,H,W], channels-last.</param>
    /// <param name="weight">float32 [K,C,3,3], channels-last.</param>
    /// <param name="bias">float32 [K].</param>
    /// <returns>[N,K,H,W], channels-last; fresh.</returns>
    public static Tensor Run(Tensor x, Tensor weight, Tensor bias)
    {
        TiledShape shape = new((int)x.size(0), (int)x.size(2), (int)x.size(3), (int)x.size(1), (int)weight.size(0));
        Tensor y = KernelCalls.ImagesLike(x, shape.Results);
        using Tensor values = bias.contiguous();
        float* from = Values(x), weights = Values(weight), added = Values(values), to = Values(y);
        if (Vector512.IsHardwareAccelerated && shape.Channels % Lanes16.Count == 0 && shape.Results % Lanes16.Count == 0)
            new TiledConvolution<Lanes16>(shape, from, weights, added, to, get_num_threads()).Run();
        else
            new TiledConvolution<Lanes8>(shape, from, weights, added, to, get_num_threads()).Run();
        GC.KeepAlive(x);
        GC.KeepAlive(weight);
        return y;
    }

    private static float* Values(Tensor tensor) => (float*)KernelCalls.Pointer(tensor);
}
