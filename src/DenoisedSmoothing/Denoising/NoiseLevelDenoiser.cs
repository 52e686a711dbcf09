using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Denoising;

/// <summary>
/// One-shot denoising with a model that is told the noise level itself, D(x, sigma) of Karras et al. 2022: it is asked once, at exactly
/// 2 sigma beside images in [-1,1], with no timestep to round to.
/// </summary>
/// <remarks>Deterministic: no inner noise is drawn. Disposes nothing. Safe for concurrent use where the predictor is.</remarks>
public sealed class NoiseLevelDenoiser : IDenoiser, IDescribed
{
    private readonly IX0Predictor _predictor;

    /// <summary>Denoises with a predictor.</summary>
    /// <param name="predictor">A <see cref="SigmaConditionedModel"/>, or any other; it stays the caller's.</param>
    public NoiseLevelDenoiser(IX0Predictor predictor)
    {
        ArgumentNullException.ThrowIfNull(predictor);
        _predictor = predictor;
    }

    /// <summary>The model that is asked.</summary>
    public IX0Predictor Predictor => _predictor;

    /// <summary>The largest sigma, in [0,1] pixel space, that can be denoised.</summary>
    public double LargestSigma => SymmetricPixels.Sigma(_predictor.LargestNoiseToSignal);

    /// <inheritdoc/>
    public PartInfo Info => (PartInfo.Of(_predictor) with { LargestSigma = LargestSigma }).Named(static predictor =>
        $"noise-level({predictor})");

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">Sigma is beyond <see cref="LargestSigma"/>.</exception>
    public Tensor Denoise(Tensor noisy, NoiseContext noise)
    {
        ArgumentNullException.ThrowIfNull(noisy);
        ArgumentNullException.ThrowIfNull(noise);
        using DisposeScope scope = NewDisposeScope();
        Tensor clean = _predictor.PredictX0(SymmetricPixels.FromUnit(noisy), SymmetricPixels.NoiseToSignal(noise.Sigma));
        return SymmetricPixels.ToUnit(clean).MoveToOuterDisposeScope();
    }
}
