using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Denoising;

/// <summary>
/// The score given by any denoiser for all noise levels: the clean image that it expects, minus the noisy image, over sigma^2.
/// </summary>
/// <remarks>Disposes nothing. Safe for concurrent use where the predictor is.</remarks>
public sealed class DenoiserScore : IScore, IDescribed
{
    private readonly IX0Predictor _predictor;

    /// <summary>Computes the score from a predictor.</summary>
    /// <param name="predictor">
    /// A <see cref="DiffusionModel"/> or a <see cref="SigmaConditionedModel"/>; the caller keeps and disposes it.
    /// </param>
    public DenoiserScore(IX0Predictor predictor)
    {
        ArgumentNullException.ThrowIfNull(predictor);
        _predictor = predictor;
    }

    /// <inheritdoc/>
    public double LargestSigma => SymmetricPixels.Sigma(_predictor.LargestNoiseToSignal);

    /// <inheritdoc/>
    public PartInfo Info => PartInfo.Of(_predictor).Named(static predictor => $"score-of({predictor})");

    /// <inheritdoc/>
    public Tensor Score(Tensor noisy, double sigma)
    {
        ArgumentNullException.ThrowIfNull(noisy);
        using DisposeScope scope = NewDisposeScope();
        Tensor clean = _predictor.PredictX0(SymmetricPixels.FromUnit(noisy), SymmetricPixels.NoiseToSignal(sigma));
        return clean.PlusInPlace(1).div_(Kept(2)).sub_(noisy).div_(Kept(sigma * sigma)).MoveToOuterDisposeScope();
    }
}
