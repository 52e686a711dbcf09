namespace DenoisedSmoothing.Statistics;

/// <summary>From a radius back to the probability that it needs.</summary>
internal static class RadiusInversion
{
    /// <summary>
    /// A probability whose radius, rounded down, is at least the one asked for, and is not where the probability is one double less; 1
    /// where there is none.
    /// </summary>
    internal static double Solve(IRadiusRule rule, double radius)
    {
        if (!(radius >= 0 && double.IsFinite(radius)))
            throw new ArgumentOutOfRangeException(nameof(radius), radius, "A radius must be finite and not negative.");
        if (radius == 0)
            return Math.BitIncrement(.5);
        long low = BitConverter.DoubleToInt64Bits(.5), high = BitConverter.DoubleToInt64Bits(1);
        while (high - low > 1)
        {
            long middle = low + (high - low) / 2;
            double p = BitConverter.Int64BitsToDouble(middle);
            if (rule.Radius(p, 1 - p) >= radius)
                high = middle;
            else
                low = middle;
        }

        return BitConverter.Int64BitsToDouble(high);
    }
}
