using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Denoising;

/// <summary>
/// The score that any denoiser of all noise levels has: what it expects behind a noisy image, less that image, over sigma^2.
/// </summary>
/// <remarks>Disposes nothing. Safe for concurrent use where the predictor is.</remarks>
public sealed class DenoiserScore : IScore, IDescribed
{
    private readonly IX0Predictor _predictor;

    /// <summary>Takes the score of a predictor.</summary>
    /// <param name="predictor">A <see cref="DiffusionModel"/> or a <see cref="SigmaConditionedModel"/>; it stays the caller's.</param>
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
