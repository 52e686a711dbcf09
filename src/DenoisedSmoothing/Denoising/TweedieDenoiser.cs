using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Denoising;

/// <summary>
/// One-shot denoising with a score (Lee 2021): D(x) = x + sigma^2 s(x, sigma), the mean of the clean images behind x (Tweedie's formula).
/// </summary>
/// <remarks>Deterministic: no inner noise is drawn. Disposes nothing. Safe for concurrent use where the score is.</remarks>
public sealed class TweedieDenoiser : IDenoiser, IDescribed
{
    private readonly IScore _score;

    /// <summary>Denoises with a score.</summary>
    /// <param name="score">It stays the caller's.</param>
    public TweedieDenoiser(IScore score)
    {
        ArgumentNullException.ThrowIfNull(score);
        _score = score;
    }

    /// <summary>The score that is asked.</summary>
    public IScore Score => _score;

    /// <inheritdoc/>
    public PartInfo Info => (PartInfo.Of(_score) with { LargestSigma = _score.LargestSigma }).Named(static score => $"tweedie({score})");

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">Sigma is beyond what the score reaches.</exception>
    public Tensor Denoise(Tensor noisy, NoiseContext noise)
    {
        ArgumentNullException.ThrowIfNull(noisy);
        ArgumentNullException.ThrowIfNull(noise);
        using DisposeScope scope = NewDisposeScope();
        return noisy.add(_score.Score(noisy, noise.Sigma), alpha: Kept(noise.Sigma * noise.Sigma)).MoveToOuterDisposeScope();
    }
}
