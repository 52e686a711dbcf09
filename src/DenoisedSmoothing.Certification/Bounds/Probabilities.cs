namespace DenoisedSmoothing.Statistics;

/// <summary>The ranges of the bounds from which radii are computed.</summary>
internal static class Probabilities
{
    internal static void Check(double paLower, double pbUpper)
    {
        CheckLower(paLower);
        if (!(pbUpper > 0 && pbUpper <= 1))
            throw new ArgumentOutOfRangeException(nameof(pbUpper), pbUpper, "A probability's upper bound must be above 0 and at most 1.");
    }

    internal static void CheckLower(double paLower)
    {
        if (!(paLower >= 0 && paLower < 1))
            throw new ArgumentOutOfRangeException(nameof(paLower), paLower, "A probability's lower bound must be at least 0 and below 1.");
    }
}
