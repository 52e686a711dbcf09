using DenoisedSmoothing.Parts;
using TorchSharp;

namespace DenoisedSmoothing.Classification;

/// <summary>
/// Several classifiers as one: the mean of their logits. Averaging lowers the variance under noise, which increases certified radii
/// (Horvath et al. 2022).
/// </summary>
/// <remarks>
/// Members should score on the same scale: logits of networks trained alike. Disposes no member. Safe for concurrent use where the members
/// are.
/// </remarks>
public sealed class EnsembleClassifier : IClassifier, IDescribed
{
    private readonly IClassifier[] _members;

    /// <summary>Joins classifiers.</summary>
    /// <param name="members">At least one, all with the same number of classes.</param>
    /// <exception cref="ArgumentException">There are no members, or their numbers of classes differ.</exception>
    public EnsembleClassifier(params IReadOnlyList<IClassifier> members) => _members = Members.Of(members);

    /// <inheritdoc/>
    public int ClassCount => _members[0].ClassCount;

    /// <inheritdoc/>
    public PartInfo Info => PartInfo.Of([.. _members]).Named(static members => $"mean({members})");

    /// <inheritdoc/>
    public torch.Tensor Classify(torch.Tensor images)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor sum = _members[0].Classify(images);
        foreach (IClassifier member in _members.Skip(1))
            sum = sum.Plus(member.Classify(images));
        return sum.div(Kept(_members.Length)).MoveToOuterDisposeScope();
    }
}
