namespace DenoisedSmoothing.Statistics;

/// <summary>Searches by halving.</summary>
internal static class Bisection
{
    /// <summary>
    /// The first number from low to high at which a condition that is first false, then true holds; high where it never holds.
    /// </summary>
    public static long First(long low, long high, Func<long, bool> holds)
    {
        while (low < high)
        {
            long middle = low + (high - low) / 2;
            if (holds(middle))
                high = middle;
            else
                low = middle + 1;
        }

        return low;
    }

    /// <summary>Two numbers close together: a condition that is first true, then false holds at the first but not at the second.</summary>
    /// <param name="low">Where it holds; returned unchanged where it holds nowhere else.</param>
    /// <param name="high">Where it does not hold.</param>
    /// <param name="halvings">How often the gap is halved.</param>
    /// <param name="holds">The condition; only a number at which it was seen to hold is returned as the first.</param>
    public static (double Holds, double Fails) Border(double low, double high, int halvings, Func<double, bool> holds)
    {
        for (int i = 0; i < halvings; i++)
        {
            double middle = low + (high - low) / 2;
            if (holds(middle))
                low = middle;
            else
                high = middle;
        }

        return (low, high);
    }
}
