using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Preprocessing;

/// <summary>What happens to an image before the noise: what comes out is what is certified.</summary>
/// <remarks>Immutable and safe for concurrent use.</remarks>
public sealed class ImagePreprocess
{
    private readonly int? _shorterSide;
    private readonly (int Height, int Width) _size;
    private readonly int _channels;

    private ImagePreprocess(int channels, (int Height, int Width) size, int? shorterSide) =>
        (_channels, _size, _shorterSide) = (channels, size, shorterSide);

    /// <summary>No change: images must have this size already.</summary>
    /// <param name="channels">C.</param>
    /// <param name="height">H in pixels.</param>
    /// <param name="width">W in pixels.</param>
    public static ImagePreprocess Exactly(int channels, int height, int width) => new(channels, (height, width), null);

    /// <summary>
    /// torchvision's Resize, then CenterCrop, on 8-bit images: the shorter side is resized (bilinear, antialiased, bit for bit as PIL does
    /// it), then the middle is cut out.
    /// </summary>
    /// <remarks>
    /// Pixels are rounded to multiples of 1/255 first, as those of an image file are already: for a tensor made from bytes that changes
    /// nothing, and the result is exactly the reference's; a finer tensor loses what is finer.
    /// </remarks>
    /// <param name="shorterSide">Pixels of the shorter side after resizing; at least <paramref name="crop"/>.</param>
    /// <param name="crop">Height and width of the cut in pixels.</param>
    /// <exception cref="ArgumentOutOfRangeException">The crop is below 1 or larger than the resized side.</exception>
    public static ImagePreprocess ResizeAndCrop(int shorterSide, int crop)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(crop, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(shorterSide, crop);
        return new ImagePreprocess(3, (crop, crop), shorterSide);
    }

    /// <summary>Prepares an image.</summary>
    /// <param name="image">float32 [C,H,W] or [1,C,H,W] in [0,1]; not disposed.</param>
    /// <returns>float32 [C,H,W] in [0,1], the size that the models take; fresh, the caller disposes.</returns>
    /// <exception cref="ArgumentException">The shape does not fit, or a pixel is outside [0,1]; the message says what is taken.</exception>
    public Tensor Apply(Tensor image)
    {
        // Refuses other types, NaN and pixels outside [0,1], which rounding to bytes would hide.
        (float[] values, long[] shape) = ImageTensors.Read(image);
        (int channels, int height, int width) = ((int)shape[0], (int)shape[1], (int)shape[2]);
        if (channels != _channels || (_shorterSide is null && (height, width) != _size))
            throw new ArgumentException($"{this}: got an image of shape [{string.Join(',', image.shape)}].", nameof(image));
        return tensor(_shorterSide is { } side ? ResizeAndCrop(values, height, width, side) : values, [_channels, _size.Height, _size.Width]);
    }

    /// <summary>What is done, for messages.</summary>
    public override string ToString() => _shorterSide is { } side
        ? $"[{_channels},H,W] resized to a shorter side of {side}, middle {_size.Height}x{_size.Width}"
        : $"[{_channels},{_size.Height},{_size.Width}] as it is";

    private float[] ResizeAndCrop(float[] values, int height, int width, int side)
    {
        byte[] bytes = [.. values.Select(ImageTensors.ToByte)];
        // torchvision rounds the longer side down (transforms/functional.py, _compute_resized_output_size)...
        int shorter = Math.Min(height, width);
        (long resizedHeight, long resizedWidth) = ((long)side * height / shorter, (long)side * width / shorter);
        if ((Int128)resizedHeight * resizedWidth * _channels > Array.MaxLength)
            throw new ArgumentException($"An image of {height}x{width} would be resized to {resizedHeight}x{resizedWidth}, more than can be held.");
        (int Height, int Width) size = ((int)resizedHeight, (int)resizedWidth);
        byte[] resized = ByteResize.Bilinear(bytes, _channels, (height, width), size);

        // ... and the margin half to even (center_crop).
        int top = (int)Math.Round((size.Height - _size.Height) / 2.0), left = (int)Math.Round((size.Width - _size.Width) / 2.0);
        float[] cut = new float[_channels * _size.Height * _size.Width];
        for (int i = 0, row = 0; row < _channels * _size.Height; row++)
        {
            int from = (row / _size.Height * size.Height + top + row % _size.Height) * size.Width + left;
            foreach (byte pixel in resized.AsSpan(from, _size.Width))
                cut[i++] = pixel / 255f;
        }

        return cut;
    }
}
