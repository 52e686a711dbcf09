namespace DenoisedSmoothing.Soft;

/// <summary>How mean scores are bounded, and which theorem turns them into a radius.</summary>
public enum SoftForm
{
    /// <summary>
    /// The label's mean score is bounded from below by <see cref="Statistics.EmpiricalBernstein"/>, and the radius is the noise's own, as
    /// for votes (Zhai et al. 2020, MACER's soft certificate).
    /// </summary>
    Bernstein,

    /// <summary>
    /// Every class's mean score is bounded at alpha/K, and the radius is the <see cref="Statistics.LecuyerRadius"/> of the label's lower
    /// and the others' largest upper bound (Lecuyer et al. 2019, PixelDP's expected scores).
    /// </summary>
    PixelDp,
}
