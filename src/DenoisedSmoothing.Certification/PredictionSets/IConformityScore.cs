namespace DenoisedSmoothing.PredictionSets;

/// <summary>
/// How badly each class fits one noisy image: the basis of a prediction set. A class is in the set where its score is at most the
/// threshold.
/// </summary>
/// <remarks>
/// The guarantee holds for every score, whatever it computes and however it rounds, as long as calibration and requests compute the same:
/// only the size of the sets depends on it. Implementations are immutable and safe for concurrent use.
/// </remarks>
public interface IConformityScore
{
    /// <summary>
    /// Names the function, including its version: a calibration contains it, and any change to a number that it gives changes this name.
    /// </summary>
    string Name { get; }

    /// <summary>Scores every class of one noisy image.</summary>
    /// <param name="probabilities">By class; not negative, with a sum of about 1.</param>
    /// <param name="uniform">A draw from [0,1), independent of image and noise; the same for all classes.</param>
    /// <param name="scores">Receives a score by class; the larger, the worse the class fits. NaN means a class about which nothing is
    /// known, which is in every set.</param>
    void Score(ReadOnlySpan<double> probabilities, double uniform, Span<double> scores);
}
