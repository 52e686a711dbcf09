namespace DenoisedSmoothing.Parts;

/// <summary>
/// How a batch that is too large for one piece is cut: into equal slices, since rows round differently in passes of different sizes and
/// must not depend on their place in the batch.
/// </summary>
internal static class EqualSlices
{
    /// <summary>Rows in each slice: the largest divisor of all rows that is not above what fits.</summary>
    /// <param name="rows">At least 1.</param>
    /// <param name="most">What fits; below 1 counts as 1.</param>
    public static long Of(long rows, long most)
    {
        long slice = Math.Clamp(most, 1, rows);
        while (rows % slice != 0)
            slice--;
        return slice;
    }
}
