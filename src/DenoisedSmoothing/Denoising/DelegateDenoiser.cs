using DenoisedSmoothing.Parts;
using TorchSharp;

namespace DenoisedSmoothing.Denoising;

/// <summary>A function as denoiser: <c>new DelegateDenoiser((noisy, noise) =&gt; ...)</c>.</summary>
/// <remarks>
/// Tensors made inside the function are freed; it must not change the noisy batch in place. Safe for concurrent use where the function is.
/// </remarks>
public sealed class DelegateDenoiser : IDenoiser, IDescribed
{
    private readonly Func<torch.Tensor, NoiseContext, torch.Tensor> _denoise;

    /// <summary>Wraps a function.</summary>
    /// <param name="denoise">Takes noisy images, float32 [N,C,H,W], and the noise level; returns cleaner ones of the same shape. Rows must
    /// be independent of one another.</param>
    /// <param name="fingerprint">A text equal only for the same function, for the certificate; null for a number within this
    /// process.</param>
    public DelegateDenoiser(Func<torch.Tensor, NoiseContext, torch.Tensor> denoise, string? fingerprint = null)
    {
        ArgumentNullException.ThrowIfNull(denoise);
        _denoise = denoise;
        Info = fingerprint is null ? PartInfo.Of(denoise).Named(static name => $"delegate({name})") : new PartInfo(fingerprint);
    }

    /// <inheritdoc/>
    public PartInfo Info { get; }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The function's result has another shape.</exception>
    public torch.Tensor Denoise(torch.Tensor noisy, NoiseContext noise)
    {
        ArgumentNullException.ThrowIfNull(noisy);
        ArgumentNullException.ThrowIfNull(noise);
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor clean = _denoise(noisy, noise) ?? throw new InvalidOperationException("The denoiser returned null.");
        if (!clean.shape.SequenceEqual(noisy.shape))
            throw new InvalidOperationException(
                $"The denoiser turned [{string.Join(',', noisy.shape)}] into [{string.Join(',', clean.shape)}]; "
                    + "the shape must not change.");
        // The caller frees the result: it must not be the caller's own batch.
        return (ReferenceEquals(clean, noisy) ? clean.clone() : clean).MoveToOuterDisposeScope();
    }
}
