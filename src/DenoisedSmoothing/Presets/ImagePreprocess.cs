using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing;

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

    /// <summary>torchvision's Resize, then CenterCrop: the shorter side is resized (bilinear, antialiased), then the middle is cut out.</summary>
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
        ImageTensors.Read(image); // refuses other types, NaN and pixels outside [0,1], which resizing and clamping would hide
        using DisposeScope scope = NewDisposeScope();
        Tensor batch = image.dim() == 3 ? image.unsqueeze(0) : image;
        if (batch.dim() != 4 || batch.shape[0] != 1 || batch.shape[1] != _channels)
            throw new ArgumentException($"{this}: got an image of shape [{string.Join(',', image.shape)}].", nameof(image));
        if (_shorterSide is { } side)
            batch = CenterCrop(Resize(batch, side));
        else if (batch.shape[2] != _size.Height || batch.shape[3] != _size.Width)
            throw new ArgumentException($"{this}: got an image of shape [{string.Join(',', image.shape)}].", nameof(image));
        return batch.squeeze(0).clone().MoveToOuterDisposeScope();
    }

    /// <summary>What is done, for messages.</summary>
    public override string ToString() => _shorterSide is { } side
        ? $"[{_channels},H,W] resized to a shorter side of {side}, middle {_size.Height}x{_size.Width}"
        : $"[{_channels},{_size.Height},{_size.Width}] as it is";

    // torchvision rounds the longer side down (transforms/functional.py, _compute_resized_output_size).
    private static Tensor Resize(Tensor batch, int side)
    {
        long height = batch.shape[2], width = batch.shape[3], shorter = Math.Min(height, width);
        return shorter == side ? batch : nn.functional.interpolate(
            batch, size: [side * height / shorter, side * width / shorter], mode: InterpolationMode.Bilinear, align_corners: false, antialias: true).clamp(0, 1);
    }

    private Tensor CenterCrop(Tensor batch)
    {
        // torchvision's round-half-even of the margin.
        long top = (long)Math.Round((batch.shape[2] - _size.Height) / 2.0), left = (long)Math.Round((batch.shape[3] - _size.Width) / 2.0);
        return batch.narrow(2, top, _size.Height).narrow(3, left, _size.Width);
    }
}
