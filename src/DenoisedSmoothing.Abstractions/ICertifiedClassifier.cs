namespace DenoisedSmoothing;

/// <summary>A classifier that predicts with abstention and certifies a radius; the interface for composing certified models.</summary>
public interface ICertifiedClassifier
{
    /// <summary>The number of classes.</summary>
    int ClassCount { get; }

    /// <summary>Predicts one image, or abstains.</summary>
    /// <param name="image">A float32 tensor [C,H,W] or [1,C,H,W] in [0,1], alone or with an index, a budget and a token of its own.</param>
    /// <param name="cancellationToken">Cancels between batches; no prediction results.</param>
    Prediction Predict(SmoothingImage image, CancellationToken cancellationToken = default);

    /// <summary>Certifies one image, or abstains.</summary>
    /// <param name="image">A float32 tensor [C,H,W] or [1,C,H,W] in [0,1], alone or with an index, a budget and a token of its own.</param>
    /// <param name="cancellationToken">Cancels between batches; no certificate results.</param>
    Certificate Certify(SmoothingImage image, CancellationToken cancellationToken = default);
}
