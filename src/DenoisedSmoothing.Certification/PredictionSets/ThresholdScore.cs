namespace DenoisedSmoothing.PredictionSets;

/// <summary>
/// THR: 1 minus the probability of the class. Gives the smallest sets on average (Sadinle, Lei and Wasserman 2019, "Least ambiguous
/// set-valued classifiers"); hard images may have empty ones.
/// </summary>
public sealed class ThresholdScore : IConformityScore
{
    /// <inheritdoc/>
    public string Name => "thr/1";

    /// <inheritdoc/>
    public void Score(ReadOnlySpan<double> probabilities, double uniform, Span<double> scores)
    {
        for (int label = 0; label < probabilities.Length; label++)
            scores[label] = 1 - probabilities[label];
    }
}
