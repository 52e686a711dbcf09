using System.Globalization;
using DenoisedSmoothing.Parts;
using TorchSharp;

namespace DenoisedSmoothing.Classification;

/// <summary>
/// Denoises, adds a little noise again, several times over, and classifies: DiffSmooth (Zhang et al. 2023). The classifier should have been
/// trained on that little noise, so that what the denoiser leaves behind is drowned in noise that the classifier knows.
/// </summary>
/// <remarks>
/// Scores are the mean of the copies' softmax, as in javyduck/DiffSmooth, architectures.py; for a classifier that returns only labels, that
/// ranks by votes. Their release draws the local noise once for all images; here every row has its own. A function of only the row and its
/// inner draws. Disposes nothing.
/// </remarks>
public sealed class LocallySmoothedClassifier : IBaseClassifier, IDescribed
{
    private readonly IDenoiser _denoiser;
    private readonly IClassifier _classifier;
    private readonly int _copies;
    private readonly double _localSigma;

    /// <summary>Joins a denoiser and a classifier.</summary>
    /// <param name="denoiser">One-shot in the paper; any works.</param>
    /// <param name="classifier">A classifier trained on noise of about <paramref name="localSigma"/>.</param>
    /// <param name="copies">How many noisy copies of each denoised image are classified, 1 or more ("m").</param>
    /// <param name="localSigma">
    /// The noise of the copies, in [0,1] pixel space; finite, above 0. The authors found .01 or .02 above the classifier's training noise
    /// to be better than the training noise itself.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than one copy, or the noise is not finite and positive.</exception>
    public LocallySmoothedClassifier(IDenoiser denoiser, IClassifier classifier, int copies = 5, double localSigma = .25)
    {
        ArgumentNullException.ThrowIfNull(denoiser);
        ArgumentNullException.ThrowIfNull(classifier);
        ArgumentOutOfRangeException.ThrowIfLessThan(copies, 1);
        Require.Sigma(localSigma);
        (_denoiser, _classifier, _copies, _localSigma) = (denoiser, classifier, copies, localSigma);
    }

    /// <inheritdoc/>
    public int ClassCount => _classifier.ClassCount;

    /// <inheritdoc/>
    public PartInfo Info => PartInfo.Of(_denoiser, _classifier)
        .Named(parts => string.Create(CultureInfo.InvariantCulture, $"local({_copies};{_localSigma:R};{parts})"));

    /// <inheritdoc/>
    /// <remarks>Of the context's streams, the denoiser has part 0 of 2; copy i, counted from 1, is stream i of part 1.</remarks>
    /// <exception cref="OperationCanceledException">The context was cancelled: it is asked before each copy.</exception>
    public torch.Tensor Score(torch.Tensor noisy, NoiseContext noise)
    {
        ArgumentNullException.ThrowIfNull(noisy);
        ArgumentNullException.ThrowIfNull(noise);
        using DisposeScope scope = torch.NewDisposeScope();
        using torch.Tensor denoised = _denoiser.Denoise(noisy, noise.Share(0, 2));
        NoiseContext local = noise.Share(1, 2);
        torch.Tensor sum = torch.zeros([noisy.shape[0], ClassCount], torch.ScalarType.Float32, noisy.device);
        for (int copy = 1; copy <= _copies; copy++)
        {
            noise.CancellationToken.ThrowIfCancellationRequested();
            using DisposeScope one = torch.NewDisposeScope();
            torch.Tensor image = local.Draw(copy).mul_(Kept(_localSigma)).PlusInPlace(denoised);
            using torch.Tensor scores = _classifier.Classify(image);
            sum.PlusInPlace(ClassifierScores.Probabilities(scores, noisy.shape[0], ClassCount));
        }

        return sum.div_(Kept(_copies)).MoveToOuterDisposeScope();
    }
}
