using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Preprocessing;

/// <summary>Resizing of tensors inside the certified classifier: no rounding to bytes, and gradients pass through.</summary>
internal static class TensorResize
{
    /// <summary>Resizes with antialiasing.</summary>
    /// <param name="images">Floating point [N,C,H,W].</param>
    /// <param name="height">The new H.</param>
    /// <param name="width">The new W.</param>
    /// <param name="resampling">How.</param>
    /// <returns>[N,C,height,width]; fresh.</returns>
    public static Tensor To(Tensor images, int height, int width, Resampling resampling)
    {
        if (images.shape[2] == height && images.shape[3] == width)
            return images.clone();
        InterpolationMode mode = resampling == Resampling.Bicubic ? InterpolationMode.Bicubic : InterpolationMode.Bilinear;
        return mode == InterpolationMode.Bicubic && images.device_type == DeviceType.CUDA && !is_grad_enabled()
            ? MatrixResize.Resize(images, height, width)
            : nn.functional.interpolate(images, size: [height, width], mode: mode, align_corners: false, antialias: true);
    }

    /// <summary>How much of white noise with deviation 1 is left, as the root mean square over the pixels: at most 1.</summary>
    public static double NoiseLeft((int Height, int Width) from, (int Height, int Width) to, Resampling resampling)
    {
        return Math.Sqrt(Side(from.Height, to.Height) * Side(from.Width, to.Width));

        double Side(int before, int after) => before == after ? 1 : ResizeTaps.Of(before, after, resampling)
            .Average(static tap => tap.Weights.Sum(static weight => weight * weight));
    }
}
