namespace DenoisedSmoothing.PredictionSets;

/// <summary>
/// APS: the probability of all classes before this one, from the likeliest on, plus a random share of its own (Romano, Sesia and Candes
/// 2020, "Classification with valid and adaptive coverage"). Hard images get larger sets than with <see cref="ThresholdScore"/>, easy ones
/// smaller.
/// </summary>
/// <remarks>Classes of equal probability come in the order of their labels.</remarks>
public sealed class AdaptiveScore : IConformityScore
{
    /// <inheritdoc/>
    public string Name => "aps/1";

    /// <inheritdoc/>
    public void Score(ReadOnlySpan<double> probabilities, double uniform, Span<double> scores)
    {
        double[] sorted = probabilities.ToArray();
        int[] labels = [.. Enumerable.Range(0, sorted.Length).OrderByDescending(label => sorted[label])]; // stable
        double before = 0;
        foreach (int label in labels)
        {
            scores[label] = before + uniform * sorted[label];
            before += sorted[label];
        }
    }
}
