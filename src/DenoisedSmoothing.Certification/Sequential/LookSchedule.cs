namespace DenoisedSmoothing;

/// <summary>The numbers of votes at which a sequential test looks. Any schedule is valid: the evidence holds at all times.</summary>
internal static class LookSchedule
{
    private const int SmallestStep = 8;

    /// <summary>16, then steps of a constant ratio (of at least 8 votes), and the landmarks, up to the budget.</summary>
    /// <param name="growth">The ratio of the votes at one look to those at the look before.</param>
    /// <param name="budget">The last look.</param>
    /// <param name="landmarks">Numbers of votes worth their own look, such as the fewest that can succeed.</param>
    internal static long[] Geometric(double growth, long budget, IEnumerable<long> landmarks)
    {
        SortedSet<long> looks = [budget, .. landmarks.Where(n => n >= 1 && n < budget)];
        for (long n = 16; n < budget; n = Math.Max(n + SmallestStep, (long)Math.Ceiling(n * growth)))
            looks.Add(n);
        return [.. looks];
    }
}
