namespace DenoisedSmoothing.Statistics;

/// <summary>From a radius back to the probability it needs.</summary>
internal static class RadiusInversion
{
    /// <summary>
    /// A probability whose radius, rounded down, is at least the one asked for, while that of the next smaller double is not; 1 where there
    /// is none.
    /// </summary>
    internal static double Solve(IRadiusRule rule, double radius)
    {
        if (!(radius >= 0 && double.IsFinite(radius)))
            throw new ArgumentOutOfRangeException(nameof(radius), radius, "A radius must be finite and not negative.");
        if (radius == 0)
            return Math.BitIncrement(.5);
        return BitConverter.Int64BitsToDouble(Bisection.First(
            BitConverter.DoubleToInt64Bits(.5) + 1, BitConverter.DoubleToInt64Bits(1), bits =>
                Suffices(BitConverter.Int64BitsToDouble(bits))));

        bool Suffices(double p) => rule.Radius(p, 1 - p) >= radius;
    }
}
