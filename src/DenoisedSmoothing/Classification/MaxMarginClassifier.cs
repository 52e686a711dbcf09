using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Classification;

/// <summary>
/// Several classifiers as one: the surest one answers (Yang et al. 2022, MME), judged by the difference of its two largest probabilities.
/// </summary>
/// <remarks>Disposes no member. Safe for concurrent use where the members are.</remarks>
public sealed class MaxMarginClassifier : IClassifier, IDescribed
{
    private readonly IClassifier[] _members;

    /// <summary>Joins classifiers.</summary>
    /// <param name="members">At least one, all with the same number of classes; among equally sure ones, the first answers.</param>
    /// <exception cref="ArgumentException">There are no members, or their numbers of classes differ.</exception>
    public MaxMarginClassifier(params IReadOnlyList<IClassifier> members) => _members = Members.Of(members);

    /// <inheritdoc/>
    public int ClassCount => _members[0].ClassCount;

    /// <inheritdoc/>
    public PartInfo Info => PartInfo.Of([.. _members]).Named(static members => $"max-margin({members})");

    /// <inheritdoc/>
    public Tensor Classify(Tensor images)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor logits = _members[0].Classify(images), margin = Margin(logits);
        foreach (IClassifier member in _members.Skip(1))
        {
            Tensor other = member.Classify(images), its = Margin(other);
            Tensor surer = its > margin;
            (logits, margin) = (where(surer, other, logits), where(surer, its, margin));
        }

        // A copy where there is only one member: it may keep the tensor it returned.
        return logits.clone().MoveToOuterDisposeScope();
    }

    private static Tensor Margin(Tensor logits)
    {
        Tensor top = nn.functional.softmax(logits, 1).topk(2, dim: 1).values;
        return (top.select(1, 0) - top.select(1, 1)).unsqueeze(1);
    }
}
