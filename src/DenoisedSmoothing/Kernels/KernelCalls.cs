using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Kernels;

/// <summary>The kernels of kernels.cu as operations on tensors of one device: shapes, grids and arguments.</summary>
/// <remarks>
/// Images are channels-last: [N,C,H,W] with a multiple of eight channels, adjacent in memory. Tokens are rows [rows,C], contiguous, C a
/// multiple of eight. Types are float32, bfloat16 and float16, the same throughout a call. No gradient is recorded.
/// </remarks>
/// <param name="driver">Runs them.</param>
/// <param name="products">Products in float32; null where plain ones are to be used.</param>
internal sealed class KernelCalls(IKernelDriver driver, SplitProduct? products = null)
{
    private const int Threads = 256;
    private const int WarpsPerRowBlock = 4;

    /// <summary>
    /// The most channels of a group norm: two values for each are in a block's shared memory, of which every card has 48 KB.
    /// </summary>
    public const int MostChannels = 4096;

    // Every block of a norm reads the moments of all parts. With up to the square root of a fortieth of the pixels as parts that is, in
    // half precision, below a tenth of what it reads of the image; small images may have eight parts, where it is more, so that small
    // batches keep a card busy.
    private const int PixelsPerSquaredPart = 40, PartsOfSmallImages = 8;

    // A few blocks per multiprocessor at once, and a few rounds of those.
    private const int BlocksPerMultiprocessor = 16;

    /// <summary>Whether images or rows of this type and width are supported.</summary>
    public static bool Takes(ScalarType type, long channels) =>
        type is ScalarType.Float32 or ScalarType.BFloat16 or ScalarType.Float16 && channels % 8 == 0 && channels > 0;

    /// <summary>Convolutions of 3x3 pixels in float32.</summary>
    public WinogradConvolution Winograd { get; } = new(driver);

    /// <summary>Products of rows in float32; null where plain ones are to be used.</summary>
    public SplitProduct? Products { get; } = products;

    /// <summary>Adds a bias and another image in place, and computes the sum's moments by channel.</summary>
    /// <param name="x">[N,C,H,W]; becomes x + bias + residual, unless <paramref name="keep"/>.</param>
    /// <param name="bias">[C] or [N,C]; null for none.</param>
    /// <param name="residual">[N,C,H,W]; null for none.</param>
    /// <param name="keep">Leaves x as it is: only the moments are wanted.</param>
    /// <returns>float32 [N,parts,2,C]; fresh.</returns>
    public Tensor AddMoments(Tensor x, Tensor? bias, Tensor? residual, bool keep)
    {
        RequireImages(x, x);
        if (residual is not null)
            RequireImages(residual, x);
        RequireValues(bias, x, nameof(bias));
        (int n, int channels, int pixels) = Sizes(x);
        int parts = Parts(n, channels, pixels);
        Tensor moments = empty([n, parts, 2, channels], ScalarType.Float32, x.device);
        nint values = Pointer(x);
        driver.Launch("add_moments_" + Suffix(x.dtype), new KernelGrid(n, parts, Threads, Threads * 16 * sizeof(float)),
        [
            values, Pointer(bias), Stride(bias, channels), Pointer(residual), keep ? 0 : values, Pointer(moments), pixels, channels,
        ]);
        return moments;
    }

    /// <summary>Group norm, over the joined channels of both images where there are two; followed by SiLU if asked.</summary>
    /// <param name="left">[N,C1,H,W].</param>
    /// <param name="leftMoments">Its moments, without the bias.</param>
    /// <param name="missing">What has yet to be added to it: [C1] or [N,C1]; null for nothing.</param>
    /// <param name="right">[N,C2,H,W]; null for none.</param>
    /// <param name="rightMoments">Its moments.</param>
    /// <param name="norm">Groups, weights and epsilon.</param>
    /// <param name="scaleShift">The factor for the result, minus 1, then what is added: [2C] or [N,2C]; null for neither.</param>
    /// <param name="silu">Whether x sigmoid(x) is applied to the result.</param>
    /// <returns>[N,C1+C2,H,W]; fresh.</returns>
    public Tensor GroupNorm(
        Tensor left, Tensor leftMoments, Tensor? missing, Tensor? right, Tensor? rightMoments, TorchSharp.Modules.GroupNorm norm,
        Tensor? scaleShift, bool silu)
    {
        RequireImages(left, left);
        if (right is not null)
            RequireImages(right, left);
        RequireValues(missing, left, nameof(missing));
        RequireValues(norm.weight, left, nameof(norm));
        RequireValues(norm.bias, left, nameof(norm));
        RequireValues(scaleShift, left, nameof(scaleShift));
        (int n, int leftChannels, int pixels) = Sizes(left);
        int rightChannels = right is null ? 0 : (int)right.size(1), channels = leftChannels + rightChannels;
        int groups = (int)norm.num_groups;
        Tensor y = right is null ? empty_like(left) : ImagesLike(left, channels);
        int parts = Parts(n, channels, pixels);
        driver.Launch("group_norm_" + Suffix(left.dtype),
            new KernelGrid(n, parts, Threads, (2 * channels + 2 * groups + Threads) * sizeof(float)),
        [
            Pointer(left), Pointer(leftMoments), (int)leftMoments.size(1), leftChannels, Pointer(missing), Stride(missing, leftChannels),
            Pointer(right), Pointer(rightMoments), rightMoments is null ? 0 : (int)rightMoments.size(1), rightChannels,
            Pointer(norm.weight), Pointer(norm.bias), Pointer(scaleShift), Stride(scaleShift, 2 * channels), Pointer(y), pixels, groups,
            (float)norm.eps, silu,
        ]);
        return y;
    }

    /// <summary>Adds a branch, weighted by gamma, to rows, and normalises the sum.</summary>
    /// <param name="x">[rows,C].</param>
    /// <param name="branch">[rows,C], which becomes the sum; null for none.</param>
    /// <param name="gamma">[C]; null for 1.</param>
    /// <param name="norm">Weights and epsilon.</param>
    /// <returns>The norm of the sum, [rows,C]; fresh.</returns>
    public Tensor AddLayerNorm(Tensor x, Tensor? branch, Tensor? gamma, TorchSharp.Modules.LayerNorm norm)
    {
        RequireValues(x, x, nameof(x));
        RequireValues(branch, x, nameof(branch));
        RequireValues(gamma, x, nameof(gamma));
        RequireValues(norm.weight, x, nameof(norm));
        RequireValues(norm.bias, x, nameof(norm));
        int rows = (int)x.size(0), channels = (int)x.size(1);
        Tensor y = empty_like(x);
        int packs = (channels + 255) / 256;
        string kernel = packs <= 4 ? $"add_layer_norm_{packs}_{Suffix(x.dtype)}" : $"add_layer_norm_wide_{Suffix(x.dtype)}";
        int blocks = Math.Min((rows + WarpsPerRowBlock - 1) / WarpsPerRowBlock, 65_535 * 32);
        nint sum = Pointer(branch);
        driver.Launch(kernel, new KernelGrid(blocks, 1, WarpsPerRowBlock * 32, 0),
        [
            Pointer(x), sum, Pointer(gamma), sum, Pointer(norm.weight), Pointer(norm.bias), Pointer(y), rows, channels, (float)norm.eps,
        ]);
        return y;
    }

    /// <summary>Whether an image's channels are adjacent in memory, pixel after pixel, image after image.</summary>
    public static bool IsChannelsLast(Tensor x)
    {
        long channels = x.size(1), height = x.size(2), width = x.size(3);
        return x.stride(1) == 1 && (width == 1 || x.stride(3) == channels) && (height == 1 || x.stride(2) == width * channels)
            && (x.size(0) == 1 || x.stride(0) == height * width * channels);
    }

    /// <summary>Channels-last memory for images like these, with another number of channels.</summary>
    internal static Tensor ImagesLike(Tensor x, long channels)
    {
        long height = x.size(2), width = x.size(3);
        return empty_strided([x.size(0), channels, height, width], [height * width * channels, 1, width * channels, channels], x.dtype,
            x.device);
    }

    // As many parts of an image as keep the device busy, each with a few pixels for every thread.
    private int Parts(int images, int channels, int pixels)
    {
        int lanes = Math.Max(1, Threads / (channels / 8));
        int wanted = (driver.Multiprocessors * BlocksPerMultiprocessor + images - 1) / images;
        int most = Math.Min(pixels / (lanes * 4), Math.Max(PartsOfSmallImages, (int)Math.Sqrt(pixels / (double)PixelsPerSquaredPart)));
        return Math.Clamp(wanted, 1, Math.Max(1, most));
    }

    // A kernel reads memory as told: with another layout it would silently give other numbers.
    private static void RequireImages(Tensor x, Tensor like)
    {
        if (x.dtype != like.dtype || !Takes(x.dtype, x.size(1)) || !IsChannelsLast(x))
            throw new ArgumentException(
                $"The kernels take channels-last images of one type and channels by eight; these are {x.dtype} "
                + $"[{string.Join(',', x.shape)}] with strides [{string.Join(',', x.stride())}].");
    }

    private static void RequireValues(Tensor? values, Tensor like, string name)
    {
        if (values is not null && (values.dtype != like.dtype || !values.is_contiguous()))
            throw new ArgumentException($"The kernels take contiguous {like.dtype}; this is {values.dtype} with strides "
                + $"[{string.Join(',', values.stride())}].", name);
    }

    private static (int N, int Channels, int Pixels) Sizes(Tensor x) =>
        ((int)x.size(0), (int)x.size(1), checked((int)(x.size(2) * x.size(3))));

    // One row each, or one for all.
    private static int Stride(Tensor? values, int width) => values is not null && values.dim() == 2 && values.size(0) > 1 ? width : 0;

    private static string Suffix(ScalarType type) => type switch
    {
        ScalarType.Float32 => "float32",
        ScalarType.BFloat16 => "bfloat16",
        ScalarType.Float16 => "float16",
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "The kernels compute in float32, bfloat16 or float16."),
    };

    internal static nint Pointer(Tensor? tensor) => tensor is null ? 0 : THSTensor_data(tensor.Handle);

    // LibTorchSharp exports it; TorchSharp itself calls it only for CPU tensors.
    [DllImport("LibTorchSharp")]
    private static extern nint THSTensor_data(nint handle);
}
