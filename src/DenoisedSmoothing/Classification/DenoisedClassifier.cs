using DenoisedSmoothing.Parts;
using TorchSharp;

namespace DenoisedSmoothing.Classification;

/// <summary>The paper's base classifier: denoise, then classify. Disposes neither.</summary>
public sealed class DenoisedClassifier : IBaseClassifier, IDescribed
{
    private readonly IDenoiser _denoiser;
    private readonly IClassifier _classifier;

    /// <summary>Joins a denoiser and a classifier.</summary>
    /// <param name="denoiser">Any pretrained denoiser.</param>
    /// <param name="classifier">Any pretrained classifier.</param>
    public DenoisedClassifier(IDenoiser denoiser, IClassifier classifier)
    {
        ArgumentNullException.ThrowIfNull(denoiser);
        ArgumentNullException.ThrowIfNull(classifier);
        (_denoiser, _classifier) = (denoiser, classifier);
    }

    /// <inheritdoc/>
    public int ClassCount => _classifier.ClassCount;

    /// <inheritdoc/>
    public PartInfo Info => PartInfo.Of(_denoiser, _classifier);

    /// <inheritdoc/>
    /// <exception cref="OperationCanceledException">The context was cancelled: it is asked before images are classified.</exception>
    public torch.Tensor Score(torch.Tensor noisy, NoiseContext noise)
    {
        ArgumentNullException.ThrowIfNull(noise);
        using torch.Tensor denoised = _denoiser.Denoise(noisy, noise) ?? throw Nothing(_denoiser, "denoised images");
        noise.CancellationToken.ThrowIfCancellationRequested();
        return _classifier.Classify(denoised) ?? throw Nothing(_classifier, "scores");
    }

    private static InvalidOperationException Nothing(object part, string wanted) =>
        new($"{part.GetType().Name} returned null instead of {wanted}.");
}
