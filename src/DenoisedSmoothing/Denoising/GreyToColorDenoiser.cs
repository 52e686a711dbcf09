using DenoisedSmoothing.Parts;
using TorchSharp;

namespace DenoisedSmoothing.Denoising;

/// <summary>
/// Lets a colour denoiser take grey images: the one channel is handed to it three times over, and the answer's three are averaged.
/// </summary>
/// <remarks>
/// The three channels carry the same noise, where the denoiser was trained on independent ones: expect less accuracy than of a grey
/// denoiser. Soundness is untouched. Disposes nothing. Safe for concurrent use where the denoiser is.
/// </remarks>
public sealed class GreyToColorDenoiser : IDenoiser, IDescribed
{
    private readonly IDenoiser _color;

    /// <summary>Wraps a colour denoiser.</summary>
    /// <param name="color">Takes and returns [N,3,H,W].</param>
    public GreyToColorDenoiser(IDenoiser color)
    {
        ArgumentNullException.ThrowIfNull(color);
        _color = color;
    }

    /// <inheritdoc/>
    public PartInfo Info => GreyImages.Info(_color);

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The images are not grey: [N,1,H,W].</exception>
    public torch.Tensor Denoise(torch.Tensor noisy, NoiseContext noise)
    {
        ArgumentNullException.ThrowIfNull(noise);
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor color = GreyImages.Repeat(noisy);
        // The denoiser's own normals are shaped like its batch: each channel gets a stream of its own.
        NoiseContext inner = new(noise.Sigma, stream =>
            torch.cat([.. Enumerable.Range(0, 3).Select(channel => noise.Share(channel, 3).Draw(stream))], 1));
        return _color.Denoise(color, inner).mean([1], keepdim: true).MoveToOuterDisposeScope();
    }
}
