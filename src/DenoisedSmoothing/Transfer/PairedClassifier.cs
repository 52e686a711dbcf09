using DenoisedSmoothing.Parts;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Transfer;

/// <summary>
/// Two classifiers as one that votes for what happens to a label: its classes are the <see cref="PairOutcome"/>s. Both see the same rows
/// and the same inner noise, so they agree as often as they can.
/// </summary>
/// <param name="certified">f.</param>
/// <param name="successor">f'.</param>
/// <param name="label">The certified label.</param>
/// <param name="successorDevice">Where f' computes; rows are copied there.</param>
/// <param name="fingerprint">The pair's fingerprint: hashing weights takes long, and every image has its own pair.</param>
internal sealed class PairedClassifier(IBaseClassifier certified, IBaseClassifier successor, int label, Device successorDevice,
    string fingerprint)
    : IBaseClassifier, IDescribed
{
    public int ClassCount => CertificateTransfer.OutcomeCount;

    public PartInfo Info => new(fingerprint)
    {
        Precision = PartInfo.Of(certified).Precision,
        LargestSigma = PartInfo.Of(certified, successor).LargestSigma,
    };

    public Tensor Score(Tensor noisy, NoiseContext noise)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor first = VotesOf(certified, noisy, noise);
        NoiseContext there = new(noise.Sigma, stream => Moved(noise.Draw(stream), successorDevice));
        Tensor second = Moved(VotesOf(successor, Moved(noisy.alias(), successorDevice), there), noisy.device);
        Tensor same = first.eq(second), isLabel = first.eq(Kept(label));
        Tensor outcome = where(isLabel,
            where(same, Of(PairOutcome.Kept), Of(PairOutcome.Lost)),
            where(same, Of(PairOutcome.Agreed), Of(PairOutcome.Changed)));
        return nn.functional.one_hot(outcome, ClassCount).to_type(ScalarType.Float32).MoveToOuterDisposeScope();

        Tensor Of(PairOutcome which) => full_like(first, Kept((int)which));
    }

    /// <summary>By row; -1 where scores are not finite, which is a vote for no label.</summary>
    private static Tensor VotesOf(IBaseClassifier classifier, Tensor noisy, NoiseContext noise)
    {
        Tensor scores = classifier.Score(noisy, noise);
        return argmax(scores, 1).masked_fill_(isfinite(scores).all(1).logical_not_(), Kept(-1));
    }

    private static Tensor Moved(Tensor tensor, Device device) => tensor.device_type == device.type && tensor.device_index == device.index
        ? tensor
        : tensor.to(device);
}
