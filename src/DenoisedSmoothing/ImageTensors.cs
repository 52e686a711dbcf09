using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using TorchSharp;

namespace DenoisedSmoothing;

/// <summary>Turns pixels into the tensors that Predict and Certify take.</summary>
public static class ImageTensors
{
    /// <summary>Turns interleaved bytes, as image libraries return them, into a tensor.</summary>
    /// <param name="pixels">H x W x C bytes, row by row, channels interleaved (RGB for colour).</param>
    /// <param name="height">H in pixels.</param>
    /// <param name="width">W in pixels.</param>
    /// <param name="channels">C: 3 for RGB, 1 for grey. Drop an alpha channel first.</param>
    /// <returns>float32 [C,H,W] in [0,1] on the CPU; the caller disposes it.</returns>
    /// <exception cref="ArgumentException">The number of bytes is not H x W x C.</exception>
    public static torch.Tensor FromHwcBytes(ReadOnlySpan<byte> pixels, int height, int width, int channels = 3)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        if (pixels.Length != (Int128)height * width * channels)
            throw new ArgumentException(
                $"{height}x{width} pixels of {channels} channels are {(Int128)height * width * channels} bytes, got {pixels.Length}. Is "
                + $"there an alpha channel or row padding?", nameof(pixels));
        LibTorch.EnsureAvailable();
        float[] values = new float[pixels.Length];
        for (int i = 0; i < height * width; i++)
        {
            for (int c = 0; c < channels; c++)
                values[c * height * width + i] = pixels[i * channels + c] / 255f;
        }

        return torch.tensor(values, [channels, height, width]);
    }

    /// <summary>The byte nearest to a pixel in [0,1]; exact for a byte divided by 255.</summary>
    internal static byte ToByte(float pixel) => (byte)(pixel * 255f + 0.5f);

    /// <summary>
    /// Reads and checks an image: float32, [C,H,W] or [1,C,H,W], finite, in [0,1]; otherwise an error says what is wrong.
    /// </summary>
    internal static (float[] Values, long[] Shape) Read(torch.Tensor image)
    {
        ArgumentNullException.ThrowIfNull(image);
        if (image.IsInvalid)
            throw new ArgumentException(
                "The image was disposed of before it was read: keep it until its answer is there.", nameof(image));
        if (image.dtype != torch.ScalarType.Float32)
            throw new ArgumentException(
                $"An image is a float32 tensor in [0,1]; got {image.dtype}. For bytes, use ImageTensors.FromHwcBytes.", nameof(image));
        long[] shape = image.shape;
        if (shape.Length == 4 && shape[0] == 1)
            shape = shape[1..];
        if (shape.Length != 3 || shape.Any(length => length < 1))
        {
            throw new ArgumentException(
                $"An image has shape [C,H,W] or [1,C,H,W]; got [{string.Join(',', image.shape)}]."
                + (image.shape.Length == 4 ? " For several images use PredictMany or CertifyMany." : ""), nameof(image));
        }

        // A scope: every step on the way to the host's memory makes its own tensor.
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor onHost = image.detach().cpu().contiguous();
        float[] values = MemoryMarshal.Cast<byte, float>(onHost.bytes).ToArray();
        CheckRange(values);
        return (values, shape);
    }

    // The hash is of little-endian bytes; every platform .NET runs on is.
    internal static byte[] Hash(float[] values) => SHA256.HashData(MemoryMarshal.AsBytes(values.AsSpan()));

    private static void CheckRange(float[] values)
    {
        float low = float.PositiveInfinity, high = float.NegativeInfinity;
        foreach (float value in values)
        {
            if (!float.IsFinite(value))
                throw new ArgumentException("The image holds NaN or infinite pixels.");
            low = Math.Min(low, value);
            high = Math.Max(high, value);
        }

        if (low >= 0 && high <= 1)
            return;
        string remedy = low >= 0 ? "It looks like [0,255]: divide by 255, or use ImageTensors.FromHwcBytes."
            : low >= -1 && high <= 1 ? "It looks like [-1,1]: use (x + 1) / 2."
            : "It looks normalised: hand in plain pixels and give the Normalization to the classifier.";
        throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
            $"Pixels must lie in [0,1]; this image spans [{low}, {high}]. {remedy}"));
    }
}
