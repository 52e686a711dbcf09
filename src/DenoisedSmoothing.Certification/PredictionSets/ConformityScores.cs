namespace DenoisedSmoothing.PredictionSets;

/// <summary>The library's conformity scores by name.</summary>
public static class ConformityScores
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<IConformityScore> All { get; } = [new ThresholdScore(), new AdaptiveScore()];

    /// <summary>The score with a name.</summary>
    /// <param name="name">An <see cref="IConformityScore.Name"/>, such as <c>thr/1</c>.</param>
    /// <exception cref="ArgumentException">The library has no score of this name.</exception>
    public static IConformityScore Named(string name) => All.FirstOrDefault(score => score.Name == name)
        ?? throw new ArgumentException(
            $"'{name}' is not one of this library's conformity scores, "
                + $"which are {string.Join(", ", All.Select(static score => score.Name))}: "
            + $"pass in the one that it names.", nameof(name));
}
