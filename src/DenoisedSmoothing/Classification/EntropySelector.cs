using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Classification;

/// <summary>
/// Whether a classifier is sure of an image, as a classifier of two classes (Horvath et al. 2022b, ACES): 1 where the entropy of its
/// probabilities, divided by log K, is at most a threshold, otherwise 0.
/// </summary>
/// <remarks>
/// Smoothed, it selects the images that <see cref="AcesClassifier"/> certifies. Disposes nothing. Safe for concurrent use where the
/// classifier is.
/// </remarks>
public sealed class EntropySelector : IClassifier, IDescribed
{
    private readonly IClassifier _classifier;
    private readonly double _threshold;

    /// <summary>Selects by a classifier's entropy.</summary>
    /// <param name="classifier">Any that gives logits.</param>
    /// <param name="threshold">From 0, which selects almost nothing, to 1, which selects everything.</param>
    /// <exception cref="ArgumentOutOfRangeException">The threshold is outside [0,1].</exception>
    public EntropySelector(IClassifier classifier, double threshold)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        if (!(threshold is >= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(threshold), threshold, "The threshold of the entropy is in [0,1].");
        (_classifier, _threshold) = (classifier, threshold);
    }

    /// <summary>2: left to another model, and selected.</summary>
    public int ClassCount => 2;

    /// <inheritdoc/>
    public PartInfo Info => PartInfo.Of(_classifier).Named(its => string.Create(
        CultureInfo.InvariantCulture, $"entropy-selector({_threshold:R};{its})"));

    /// <inheritdoc/>
    public Tensor Classify(Tensor images)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor selected = Entropy(_classifier.Classify(images)).le(Kept(_threshold)).to_type(ScalarType.Float32);
        // At 1 everything is selected, however the largest entropy is rounded.
        if (_threshold == 1)
            selected = ones_like(selected);
        return stack([selected.SubtractedFrom(1), selected], 1).MoveToOuterDisposeScope();
    }

    /// <summary>The entropy of the probabilities divided by log K, from 0 to 1.</summary>
    /// <param name="logits">[N,K].</param>
    /// <returns>[N].</returns>
    internal static Tensor Entropy(Tensor logits)
    {
        Tensor log = nn.functional.log_softmax(logits, 1);
        return (log.exp() * log).sum(1).neg().div(Kept(Math.Log(logits.shape[1])));
    }
}
