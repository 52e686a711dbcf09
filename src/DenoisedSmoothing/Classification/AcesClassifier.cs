using DenoisedSmoothing.Aces;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Classification;

/// <summary>
/// A smoothed selector, a smoothed certification model and an accurate core model as one (Horvath et al. 2022b, ACES): images that the
/// selector picks are certified, the others are answered by the core model without a radius.
/// </summary>
/// <remarks>
/// Give selector and certification model half of alpha each; <see cref="AcesCertificate.Alpha"/> is the sum. They may draw the same noise
/// (one seed). Disposes nothing. Safe for concurrent use where the models are.
/// </remarks>
public sealed class AcesClassifier
{
    private readonly ICertifiedClassifier _selector, _certified;
    private readonly IClassifier _core;

    /// <summary>Joins the models.</summary>
    /// <param name="selector">Of two classes: a smoothed <see cref="EntropySelector"/>, or a smoothed classifier that was trained to
    /// select.</param>
    /// <param name="certified">The certification model, smoothed.</param>
    /// <param name="core">The core model, as it is; of as many classes as the certification model.</param>
    /// <exception cref="ArgumentException">The numbers of classes do not fit.</exception>
    public AcesClassifier(ICertifiedClassifier selector, ICertifiedClassifier certified, IClassifier core)
    {
        ArgumentNullException.ThrowIfNull(selector);
        ArgumentNullException.ThrowIfNull(certified);
        ArgumentNullException.ThrowIfNull(core);
        if (selector.ClassCount != 2)
            throw new ArgumentException($"A selector has two classes; this one has {selector.ClassCount}.", nameof(selector));
        if (core.ClassCount != certified.ClassCount)
            throw new ArgumentException(
                $"The core model has {core.ClassCount} classes, the certification model {certified.ClassCount}.", nameof(core));
        (_selector, _certified, _core) = (selector, certified, core);
    }

    /// <summary>The number of classes.</summary>
    public int ClassCount => _certified.ClassCount;

    /// <summary>Certifies one image, answers it without a radius, or abstains.</summary>
    /// <param name="image">A float32 tensor [C,H,W] or [1,C,H,W] in [0,1], alone or with an index, a budget and a token of its
    /// own.</param>
    /// <param name="cancellationToken">Cancels between batches; no certificate results.</param>
    public AcesCertificate Certify(SmoothingImage image, CancellationToken cancellationToken = default)
    {
        Certificate selection = _selector.Certify(image, cancellationToken);
        return AcesCertificate.Of(selection, _certified.Certify(image, cancellationToken), CoreLabel(image));
    }

    private int CoreLabel(SmoothingImage image)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        Tensor pixels = image.Pixels.dim() == 3 ? image.Pixels.unsqueeze(0) : image.Pixels.alias();
        return (int)_core.Classify(pixels).argmax(1).item<long>();
    }
}
