using TorchSharp;

namespace DenoisedSmoothing;

/// <summary>The paper's base classifier f: noisy images in, scores out. Smoothing certifies the majority vote of its argmax.</summary>
/// <remarks>
/// The usual one denoises and then classifies. A row's vote is the argmax of its scores, ties going to the lowest label. It must be a
/// function of the noisy row (and of its own inner draws) only: a classifier that could see the clean image or the smoothing noise would
/// void every certificate. It never disposes its input and returns a fresh tensor.
/// </remarks>
public interface IBaseClassifier
{
    /// <summary>The number of classes K, at least 2.</summary>
    int ClassCount { get; }

    /// <summary>Scores a batch of noisy images.</summary>
    /// <param name="noisy">float32 [N,C,H,W]: clean images in [0,1] plus N(0, Sigma^2) per pixel, unclipped.</param>
    /// <param name="noise">The noise level, and inner randomness for a stochastic base classifier.</param>
    /// <returns>Scores, float [N,K], finite; a fresh tensor on the input's device.</returns>
    torch.Tensor Score(torch.Tensor noisy, NoiseContext noise);
}
