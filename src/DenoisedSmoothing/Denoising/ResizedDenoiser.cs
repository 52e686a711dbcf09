using System.Globalization;
using DenoisedSmoothing.Preprocessing;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Denoising;

/// <summary>
/// A denoiser at a size of its own: the noisy image is resized to it, denoised, and resized back. The denoiser is told the noise that the
/// resizing left, which is less than sigma where pixels are averaged.
/// </summary>
/// <remarks>
/// What is certified is the image and its noise before the resizing, so radii are as without it. Where the size grows, noise of
/// neighbouring pixels is alike, which denoisers are not trained on: expect less of them. Disposes nothing. Safe for concurrent use where
/// the denoiser is.
/// </remarks>
public sealed class ResizedDenoiser : IDenoiser, IDescribed
{
    private readonly IDenoiser _denoiser;
    private readonly (int Height, int Width) _size;
    private readonly Resampling _resampling;

    /// <summary>Wraps a denoiser.</summary>
    /// <param name="denoiser">Takes images of the size.</param>
    /// <param name="height">H in pixels, at least 1.</param>
    /// <param name="width">W in pixels, at least 1.</param>
    /// <param name="resampling">How images are resized, both ways.</param>
    /// <exception cref="ArgumentOutOfRangeException">A side is below 1, or the resampling is none of the two.</exception>
    public ResizedDenoiser(IDenoiser denoiser, int height, int width, Resampling resampling = Resampling.Bilinear)
    {
        ArgumentNullException.ThrowIfNull(denoiser);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        if (resampling is not (Resampling.Bilinear or Resampling.Bicubic))
            throw new ArgumentOutOfRangeException(nameof(resampling), resampling, "Resampling is bilinear or bicubic.");
        (_denoiser, _size, _resampling) = (denoiser, (height, width), resampling);
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The denoiser takes images of another size.</exception>
    public PartInfo Info
    {
        get
        {
            PartInfo inner = PartInfo.Of(_denoiser);
            InputShape.Both(inner.InputShape, new InputShape(null, _size.Height, _size.Width));
            return (inner with { InputShape = inner.InputShape is { Channels: { } channels } ? new InputShape(channels) : null })
                .Named(name => string.Create(CultureInfo.InvariantCulture, $"resized({_size.Height}x{_size.Width} {_resampling};{name})"));
        }
    }

    /// <summary>The noise that the denoiser is told: the root mean square of what the resizing leaves.</summary>
    /// <param name="sigma">The noise per pixel of the image, in [0,1] pixel space.</param>
    /// <param name="height">The image's H.</param>
    /// <param name="width">The image's W.</param>
    /// <returns>At most sigma.</returns>
    public double SigmaInside(double sigma, int height, int width) =>
        sigma * Math.Min(1, TensorResize.NoiseLeft((height, width), _size, _resampling));

    /// <inheritdoc/>
    public Tensor Denoise(Tensor noisy, NoiseContext noise)
    {
        ArgumentNullException.ThrowIfNull(noisy);
        ArgumentNullException.ThrowIfNull(noise);
        using DisposeScope scope = NewDisposeScope();
        (int height, int width) = ((int)noisy.shape[2], (int)noisy.shape[3]);
        long[] inside = [noisy.shape[0], noisy.shape[1], _size.Height, _size.Width];
        NoiseContext told = new(SigmaInside(noise.Sigma, height, width), stream => Normals(noise, stream, inside, height * width));
        Tensor clean = _denoiser.Denoise(TensorResize.To(noisy, _size.Height, _size.Width, _resampling), told);
        return TensorResize.To(clean, height, width, _resampling).clamp_(Kept(0), Kept(1)).MoveToOuterDisposeScope();
    }

    // The image's own source has as many normals as the image has pixels: more come from shares of it.
    private static Tensor Normals(NoiseContext noise, int stream, long[] shape, long pixels)
    {
        using DisposeScope scope = NewDisposeScope();
        long wanted = shape[2] * shape[3];
        int parts = (int)((wanted + pixels - 1) / pixels);
        Tensor all = cat([.. Enumerable.Range(0, parts)
            .Select(part => noise.Share(part, parts).Draw(stream).reshape(shape[0], shape[1], -1))], 2);
        return all.narrow(2, 0, wanted).reshape(shape).contiguous().MoveToOuterDisposeScope();
    }
}
