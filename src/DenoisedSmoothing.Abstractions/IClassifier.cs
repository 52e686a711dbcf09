using TorchSharp;

namespace DenoisedSmoothing;

/// <summary>Scores images: the pretrained classifier, with whatever normalisation or resizing it needs inside.</summary>
/// <remarks>An implementation never disposes its input and returns a fresh tensor; rows are independent of one another.</remarks>
public interface IClassifier
{
    /// <summary>The number of classes K, at least 2.</summary>
    int ClassCount { get; }

    /// <summary>Classifies a batch.</summary>
    /// <param name="images">float32 [N,C,H,W] with pixels in [0,1] (a denoiser may overshoot slightly).</param>
    /// <returns>Logits, float32 [N,K]; a fresh tensor on the input's device.</returns>
    torch.Tensor Classify(torch.Tensor images);
}
