using DenoisedSmoothing.Parts;
using TorchSharp;

namespace DenoisedSmoothing.Classification;

/// <summary>A function as a classifier: <c>new DelegateClassifier(10, images =&gt; ...)</c>.</summary>
/// <remarks>
/// Tensors made inside the function are freed; it must not change the images in place. Safe for concurrent use where the function is.
/// </remarks>
public sealed class DelegateClassifier : IClassifier, IDescribed
{
    private readonly Func<torch.Tensor, torch.Tensor> _classify;

    /// <summary>Wraps a function.</summary>
    /// <param name="classCount">K, at least 2.</param>
    /// <param name="classify">
    /// Takes images, float32 [N,C,H,W] in [0,1] (a denoiser may overshoot slightly); returns scores [N,K], the highest for the chosen
    /// class. Rows must be independent of one another.
    /// </param>
    /// <param name="fingerprint">
    /// A text for the certificate that is equal only for the same function; null for a number within this process.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than 2 classes.</exception>
    public DelegateClassifier(int classCount, Func<torch.Tensor, torch.Tensor> classify, string? fingerprint = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classCount, 2);
        ArgumentNullException.ThrowIfNull(classify);
        (ClassCount, _classify) = (classCount, classify);
        Info = fingerprint is null ? PartInfo.Of(classify).Named(static name => $"delegate({name})") : new PartInfo(fingerprint);
    }

    /// <inheritdoc/>
    public int ClassCount { get; }

    /// <inheritdoc/>
    public PartInfo Info { get; }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The function's result is not [N,K].</exception>
    public torch.Tensor Classify(torch.Tensor images)
    {
        ArgumentNullException.ThrowIfNull(images);
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor scores = _classify(images) ?? throw new InvalidOperationException("The classifier returned null.");
        long[] shape = scores.shape;
        if (shape.Length != 2 || shape[0] != images.shape[0] || shape[1] != ClassCount)
            throw new InvalidOperationException(
                $"Scores of {images.shape[0]} images in {ClassCount} classes are [{images.shape[0]},{ClassCount}]; the classifier "
                + $"returned [{string.Join(',', shape)}].");
        return scores.MoveToOuterDisposeScope();
    }
}
