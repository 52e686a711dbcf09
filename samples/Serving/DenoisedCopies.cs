using DenoisedSmoothing;
using DenoisedSmoothing.Data;
using SkiaSharp;
using TorchSharp;
using static TorchSharp.torch;

namespace Serving;

/// <summary>
/// Pictures of what the classifier sees: for the eye only. A pair of its own, since a network is called by one thread at a time; the noise
/// is not that of any certificate.
/// </summary>
internal sealed class DenoisedCopies : IDisposable
{
    private const int Side = 28, Copies = 4;

    private readonly Lazy<FashionMnistPair> _pair = new(() => FashionMnistPair.Load());
    private readonly Lazy<LabeledImages> _images = new(FashionMnistPair.TestImages);
    private readonly Lock _turn = new();

    /// <summary>One of the bundled test images, as PNG.</summary>
    public byte[] TestImage(int index)
    {
        using Tensor image = _images.Value.Image(index);
        return Png(image.data<float>().ToArray());
    }

    /// <param name="file">A grey 28x28 image file.</param>
    /// <param name="sigma">The noise per pixel, in (0, 1.5].</param>
    /// <exception cref="ArgumentException">It is no such file, or sigma is out of reach.</exception>
    public CopyPair[] Draw(byte[] file, double sigma)
    {
        if (!(sigma is > 0 and <= 1.5))
            throw new ArgumentException("sigma must be above 0 and at most 1.5.");
        using SKBitmap? bitmap = SKBitmap.DecodeBounds(file) is { Width: Side, Height: Side } ? SKBitmap.Decode(file) : null;
        if (bitmap is null)
            throw new ArgumentException($"An image of {Side}x{Side} pixels is wanted.");
        float[] grey = [.. bitmap.Pixels.Select(static p => (p.Red * 19595 + p.Green * 38470 + p.Blue * 7471 + 0x8000 >> 16) / 255f)];
        lock (_turn)
        {
            using DisposeScope scope = NewDisposeScope();
            using IDisposable inference = inference_mode();
            Tensor noisy = tensor(grey, [1, 1, Side, Side]).repeat(Copies, 1, 1, 1);
            noisy = noisy + sigma * randn_like(noisy);
            Tensor denoised = _pair.Value.Denoiser.Denoise(noisy, new NoiseContext(sigma));
            return [.. Enumerable.Range(0, Copies).Select(i => new CopyPair(DataUri(noisy[i]), DataUri(denoised[i])))];
        }
    }

    public void Dispose()
    {
        if (_pair.IsValueCreated)
            _pair.Value.Dispose();
    }

    private static string DataUri(Tensor image) =>
        "data:image/png;base64," + Convert.ToBase64String(Png(image.contiguous().data<float>().ToArray()));

    private static byte[] Png(float[] grey)
    {
        using SKBitmap bitmap = new(Side, Side, SKColorType.Gray8, SKAlphaType.Opaque);
        byte[] bytes = [.. grey.Select(static value => (byte)(Math.Clamp(value, 0, 1) * 255 + .5f))];
        System.Runtime.InteropServices.Marshal.Copy(bytes, 0, bitmap.GetPixels(), bytes.Length);
        using SKData data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }
}
