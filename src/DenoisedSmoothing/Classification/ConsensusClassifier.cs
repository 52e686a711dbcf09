using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Classification;

/// <summary>
/// Several classifiers as one, with an early exit (Horvath et al. 2022, K-consensus): where the first k agree on a label, that is the
/// answer; otherwise the mean of all logits.
/// </summary>
/// <remarks>
/// A function of the image alone, but a different one from the mean of all (<see cref="EnsembleClassifier"/>): certificates for one say
/// nothing about the other. The remaining members are skipped for batches whose rows all agree; single rows are not taken out of a batch,
/// since a network's floats change with the batch's rows. Disposes no member. Safe for concurrent use where the members are.
/// </remarks>
public sealed class ConsensusClassifier : IClassifier, IDescribed
{
    private readonly IClassifier[] _members;
    private readonly int _first;

    /// <summary>Joins classifiers.</summary>
    /// <param name="members">At least one, all with the same number of classes, in the order in which they are asked.</param>
    /// <param name="first">How many must agree, k: from 1 to the number of members.</param>
    /// <exception cref="ArgumentException">There are no members, or their numbers of classes differ.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There are not that many members.</exception>
    public ConsensusClassifier(IReadOnlyList<IClassifier> members, int first)
    {
        (_members, _first) = (Members.Of(members), first);
        ArgumentOutOfRangeException.ThrowIfLessThan(first, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(first, _members.Length);
    }

    /// <inheritdoc/>
    public int ClassCount => _members[0].ClassCount;

    /// <inheritdoc/>
    public PartInfo Info => PartInfo.Of([.. _members]).Named(members => string.Create(
        CultureInfo.InvariantCulture, $"consensus(first={_first};{members})"));

    /// <inheritdoc/>
    public Tensor Classify(Tensor images)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor sum = _members[0].Classify(images);
        Tensor label = sum.argmax(1), agreed = ones_like(label).to_type(ScalarType.Bool);
        for (int i = 1; i < _first; i++)
        {
            Tensor logits = _members[i].Classify(images);
            (agreed, sum) = (agreed.logical_and(logits.argmax(1).eq(label)), sum.Plus(logits));
        }

        // Members that agree have their largest logit at the same label, and so does their mean.
        Tensor early = sum.div(Kept(_first));
        if (_first == _members.Length || agreed.all().item<bool>())
            return early.MoveToOuterDisposeScope();
        foreach (IClassifier member in _members.Skip(_first))
            sum = sum.Plus(member.Classify(images));
        return where(agreed.unsqueeze(1), early, sum.div(Kept(_members.Length))).MoveToOuterDisposeScope();
    }
}
