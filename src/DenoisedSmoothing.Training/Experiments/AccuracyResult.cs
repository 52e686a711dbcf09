namespace DenoisedSmoothing.Experiments;

/// <summary>How often a candidate was correct.</summary>
/// <param name="Candidate">What was measured.</param>
/// <param name="Images">How many images.</param>
/// <param name="Correct">How many of them got their label.</param>
/// <param name="Time">The time its forward passes took.</param>
public sealed record AccuracyResult(AccuracyCandidate Candidate, long Images, long Correct, TimeSpan Time)
{
    /// <summary>The share of correct answers, in [0,1]; 0 where there were no images.</summary>
    public double Accuracy => Images == 0 ? 0 : (double)Correct / Images;

    /// <summary>
    /// The standard error of <see cref="Accuracy"/>: by Wilson's centre, which keeps it above 0 where all or none are correct.
    /// </summary>
    public double StandardError
    {
        get
        {
            double centre = (Correct + 2.0) / (Images + 4.0);
            return Math.Sqrt(centre * (1 - centre) / (Images + 4.0));
        }
    }
}
