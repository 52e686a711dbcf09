using TorchSharp;

namespace DenoisedSmoothing;

/// <summary>A classifier that predicts with abstention and certifies an l2 radius; the seam for compositions of certified models.</summary>
public interface ICertifiedClassifier
{
    /// <summary>The number of classes.</summary>
    int ClassCount { get; }

    /// <summary>Predicts one image, or abstains.</summary>
    /// <param name="image">float32 [C,H,W] or [1,C,H,W] in [0,1].</param>
    /// <param name="cancellationToken">Cancels between batches; no prediction results.</param>
    Prediction Predict(torch.Tensor image, CancellationToken cancellationToken = default);

    /// <summary>Certifies one image, or abstains.</summary>
    /// <param name="image">float32 [C,H,W] or [1,C,H,W] in [0,1].</param>
    /// <param name="imageIndex">The image's own index in its data set, 0 to 2^32 - 1: distinct images under one seed need distinct indices.</param>
    /// <param name="cancellationToken">Cancels between batches; no certificate results.</param>
    Certificate Certify(torch.Tensor image, long imageIndex = 0, CancellationToken cancellationToken = default);
}
