using System.Globalization;
using DenoisedSmoothing.Denoising;
using DenoisedSmoothing.Parts;
using TorchSharp;

namespace DenoisedSmoothing.Classification;

/// <summary>
/// The majority vote of several runs of a stochastic base classifier on the same noisy row, each with its own inner noise: DensePure (Xiao
/// et al. 2022), where the runs are reverse processes, that is, a <see cref="DenoisedClassifier"/> of a <see cref="MultiStepDenoiser"/>.
/// </summary>
/// <remarks>
/// Scores are vote counts, so that ties go to the lowest label. A function of only the row and its inner draws: any certificate holds for
/// it as for one run. With a deterministic base classifier it is an expensive copy. Disposes nothing.
/// </remarks>
public sealed class MajorityVoteClassifier : IBaseClassifier, IDescribed
{
    private readonly IBaseClassifier _classifier;
    private readonly int _runs;

    /// <summary>Repeats a base classifier.</summary>
    /// <param name="classifier">What to run; it draws its inner noise from its <see cref="NoiseContext"/>.</param>
    /// <param name="runs">How often, 1 or more. An odd number gives fewer ties.</param>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than one run.</exception>
    public MajorityVoteClassifier(IBaseClassifier classifier, int runs)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        ArgumentOutOfRangeException.ThrowIfLessThan(runs, 1);
        (_classifier, _runs) = (classifier, runs);
    }

    /// <inheritdoc/>
    public int ClassCount => _classifier.ClassCount;

    /// <inheritdoc/>
    public PartInfo Info => PartInfo.Of(_classifier)
        .Named(once => string.Create(CultureInfo.InvariantCulture, $"majority({_runs};{once})"));

    /// <inheritdoc/>
    /// <remarks>Run r draws from part r of the context's streams.</remarks>
    /// <exception cref="OperationCanceledException">The context was cancelled: it is asked before each run.</exception>
    public torch.Tensor Score(torch.Tensor noisy, NoiseContext noise)
    {
        ArgumentNullException.ThrowIfNull(noisy);
        ArgumentNullException.ThrowIfNull(noise);
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor votes = torch.zeros([noisy.shape[0], ClassCount], torch.ScalarType.Float32, noisy.device);
        for (int run = 0; run < _runs; run++)
        {
            noise.CancellationToken.ThrowIfCancellationRequested();
            using DisposeScope one = torch.NewDisposeScope();
            using torch.Tensor scores = _classifier.Score(noisy, noise.Share(run, _runs)); // ours, whatever scope it is in
            votes.PlusInPlace(ClassifierScores.Votes(scores, noisy.shape[0], ClassCount));
        }

        return votes.MoveToOuterDisposeScope();
    }
}
