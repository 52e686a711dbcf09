using TorchSharp;

namespace DenoisedSmoothing.Denoising;

/// <summary>No denoising: plain randomized smoothing (Cohen et al. 2019) over a classifier that copes with noise itself.</summary>
public sealed class IdentityDenoiser : IDenoiser, IDescribed
{
    /// <inheritdoc/>
    public PartInfo Info => new("identity");

    /// <inheritdoc/>
    public torch.Tensor Denoise(torch.Tensor noisy, NoiseContext noise)
    {
        ArgumentNullException.ThrowIfNull(noisy);
        return noisy.clone();
    }
}
