using System.Globalization;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Training;

/// <summary>
/// Trains a denoiser for one noise level by the mean squared error, over all pixels, between its result for a noisy image and the clean one
/// (Salman et al. 2020, MSE).
/// </summary>
public sealed class DenoisingError : ITrainingObjective
{
    private readonly DenoisingNetwork _denoiser;
    private readonly double _sigma;

    /// <summary>Trains a denoiser's network.</summary>
    /// <param name="denoiser">The network.</param>
    /// <param name="sigma">The noise per pixel, in [0,1] pixel space; finite, above 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">Sigma is not finite and positive, or beyond what the network can handle.</exception>
    public DenoisingError(DenoisingNetwork denoiser, double sigma)
    {
        ArgumentNullException.ThrowIfNull(denoiser);
        (_denoiser, _sigma) = (denoiser, denoiser.Reached(sigma));
    }

    /// <inheritdoc/>
    public nn.Module Network => _denoiser.Network;

    /// <inheritdoc/>
    public string Settings => string.Create(CultureInfo.InvariantCulture,
        $"denoising error; sigma={_sigma}; denoiser={_denoiser.Settings}");

    /// <inheritdoc/>
    public Tensor Loss(TrainingBatch batch, StepRandom random)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(random);
        Tensor noisy = batch.Images.add(random.Normal(batch.Images), alpha: Kept(_sigma));
        return nn.functional.mse_loss(_denoiser.Denoise(noisy, _sigma), batch.Images);
    }
}
