using DenoisedSmoothing.Parts;
using TorchSharp;

namespace DenoisedSmoothing.Classification;

/// <summary>
/// A black box that returns only labels, such as a web service: its label gets score 1, the others 0. Smoothing needs only the label, so
/// the certificate is as good as with scores.
/// </summary>
/// <remarks>
/// Calls come one batch at a time; a service is asked <see cref="SmoothingOptions.Batch"/> images per call, including padding. It must
/// answer equal images equally: a service that changes over time, or samples its answers, is not the function that was certified.
/// </remarks>
public sealed class LabelClassifier : IClassifier, IDescribed
{
    private readonly Func<torch.Tensor, IReadOnlyList<int>> _label;

    /// <summary>Wraps a function that labels images.</summary>
    /// <param name="classCount">K, at least 2.</param>
    /// <param name="label">Takes images, float32 [N,C,H,W] on the CPU in [0,1] (a denoiser may overshoot slightly), and returns N labels,
    /// each in [0, K). What it throws reaches the caller of Predict or Certify.</param>
    /// <param name="fingerprint">A text that is equal only for the same function, such as a service's name and version; null for a number
    /// within this process.</param>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than 2 classes.</exception>
    public LabelClassifier(int classCount, Func<torch.Tensor, IReadOnlyList<int>> label, string? fingerprint = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classCount, 2);
        ArgumentNullException.ThrowIfNull(label);
        (ClassCount, _label) = (classCount, label);
        Info = fingerprint is null ? PartInfo.Of(label).Named(static name => $"labels({name})") : new PartInfo(fingerprint);
    }

    /// <inheritdoc/>
    public int ClassCount { get; }

    /// <inheritdoc/>
    public PartInfo Info { get; }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">
    /// The number of labels is not the number of images, or a label is outside [0, K).
    /// </exception>
    public torch.Tensor Classify(torch.Tensor images)
    {
        ArgumentNullException.ThrowIfNull(images);
        using DisposeScope scope = torch.NewDisposeScope();
        int count = (int)images.shape[0];
        IReadOnlyList<int> labels = _label(images.cpu());
        if (labels.Count != count)
            throw new InvalidOperationException($"{count} images went to the labelling function, and {labels.Count} labels came back.");
        float[] scores = new float[count * ClassCount];
        for (int row = 0; row < count; row++)
        {
            if (labels[row] < 0 || labels[row] >= ClassCount)
                throw new InvalidOperationException(
                    $"The labelling function answered {labels[row]}: labels of {ClassCount} classes are 0 to {ClassCount - 1}.");
            scores[row * ClassCount + labels[row]] = 1;
        }

        return torch.tensor(scores, [count, ClassCount], device: images.device).MoveToOuterDisposeScope();
    }
}
