using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Classification;

/// <summary>Several classifiers as one: a weighted sum of their logits (Yang et al. 2022, WE; Horvath et al. 2022).</summary>
/// <remarks>
/// Weights that were fitted to images are part of the classifier: certify other images. Members should score on the same scale: logits of
/// networks trained alike. Disposes no member. Safe for concurrent use where the members are.
/// </remarks>
public sealed class WeightedClassifier : IClassifier, IDescribed
{
    private readonly IClassifier[] _members;
    private readonly double[] _weights;

    /// <summary>Joins classifiers.</summary>
    /// <param name="members">At least one, all with the same number of classes.</param>
    /// <param name="weights">One for each member, finite, at least 0, not all 0.</param>
    /// <exception cref="ArgumentException">There are no members, their numbers of classes differ, or the weights do not fit.</exception>
    public WeightedClassifier(IReadOnlyList<IClassifier> members, IReadOnlyList<double> weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        (_members, _weights) = (Members.Of(members), [.. weights]);
        if (_weights.Length != _members.Length || _weights.Any(weight => !(weight >= 0 && double.IsFinite(weight)))
            || _weights.All(weight => weight == 0))
            throw new ArgumentException("Each member has a weight, finite and at least 0, not all 0.", nameof(weights));
    }

    /// <inheritdoc/>
    public int ClassCount => _members[0].ClassCount;

    /// <inheritdoc/>
    public PartInfo Info => PartInfo.Of([.. _members]).Named(members =>
        $"weighted({string.Join('/', _weights.Select(weight => weight.ToString("R", CultureInfo.InvariantCulture)))};{members})");

    /// <inheritdoc/>
    public Tensor Classify(Tensor images)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor sum = _members[0].Classify(images).mul(Kept(_weights[0]));
        for (int i = 1; i < _members.Length; i++)
            sum = sum.add(_members[i].Classify(images), alpha: Kept(_weights[i]));
        return sum.MoveToOuterDisposeScope();
    }
}
