namespace DenoisedSmoothing.PredictionSets;

/// <summary>The images of a data set from which a calibration was made, so that they are not used as requests.</summary>
/// <param name="Dataset">The data set's fingerprint.</param>
/// <param name="First">The first image's index; at least 0.</param>
/// <param name="Step">The distance from one to the next; at least 1.</param>
/// <param name="Count">How many; at least 1.</param>
public sealed record CalibrationImages(string Dataset, long First, long Step, long Count)
{
    /// <summary>Whether an image is among them.</summary>
    /// <param name="index">Its index in the same data set.</param>
    public bool Contains(long index) => index >= First && (index - First) % Step == 0 && (index - First) / Step < Count;
}
