using DenoisedSmoothing.Classification;

namespace DenoisedSmoothing.Tool;

/// <summary>Forms of ensembles, by name.</summary>
internal static class Ensembles
{
    private const int Consensus = 2;

    public static IReadOnlyList<string> Forms { get; } = ["mean", "consensus", "max-margin"];

    /// <summary>Several classifiers as one.</summary>
    /// <param name="form">One of <see cref="Forms"/>.</param>
    /// <param name="members">At least one, all with the same number of classes.</param>
    public static IClassifier Of(string form, IReadOnlyList<IClassifier> members) => form switch
    {
        "consensus" => new ConsensusClassifier(members, Math.Min(Consensus, members.Count)),
        "max-margin" => new MaxMarginClassifier(members),
        _ => new EnsembleClassifier(members),
    };
}
