namespace DenoisedSmoothing.Verification;

/// <summary>
/// The upper tail of the standard normal distribution and its quantile, enclosed: by the series of positive terms near 0 and by Laplace's
/// continued fraction beyond, whose convergents enclose the value. Math.Exp is the only library function used.
/// </summary>
internal static class NormalTail
{
    private const double Error = 4e-13, Far = 2, Beyond = 38;
    private const int Levels = 120;

    /// <summary>Q(z) = P(Z > z) for z at least 0.</summary>
    public static Enclosure Above(double z)
    {
        if (z > Beyond)
            return new Enclosure(0, 1e-300);
        double density = Math.Exp(-z * z / 2) / Math.Sqrt(2 * Math.PI);
        return z < Far ? Enclosure.Within(.5 - density * Series(z), Error) : Fraction(z, density);
    }

    /// <summary>The z with P(Z &lt;= z) = p.</summary>
    /// <param name="p">Strictly between 0 and 1, taken as exact.</param>
    public static Enclosure Quantile(double p)
    {
        // 1 - p is exact for p at least 1/2.
        if (p < .5)
            return Solve(p) is var mirrored ? new Enclosure(-mirrored.Upper, -mirrored.Lower) : default;
        return Solve(1 - p);
    }

    /// <summary>P(Z &lt;= z) for any z.</summary>
    public static Enclosure Below(double z)
    {
        Enclosure tail = Above(Math.Abs(z));
        return z < 0 ? tail : new Enclosure(1 - tail.Upper, 1 - tail.Lower);
    }

    /// <summary>The z, at least 0, with Q(z) = tail.</summary>
    private static Enclosure Solve(double tail)
    {
        double low = 0, high = Beyond;
        for (int i = 0; i < 64; i++)
        {
            double middle = low + (high - low) / 2;
            Enclosure above = Above(middle);
            if (above.Lower + above.Upper >= 2 * tail)
                low = middle;
            else
                high = middle;
        }

        // Moved until the tails certainly enclose it: Q falls by a factor of about exp(-z dz).
        double below = low, beyond = high;
        for (double step = 1e-15; below > 0 && Above(below).Lower < tail; step *= 2)
            below = Math.Max(0, below - step);
        for (double step = 1e-15; beyond < Beyond && Above(beyond).Upper > tail; step *= 2)
            beyond += step;
        return new Enclosure(below, beyond);
    }

    /// <summary>z + z^3/3 + z^5/(3 5) + ...: P(0 &lt; Z &lt;= z) divided by the density.</summary>
    private static double Series(double z)
    {
        double sum = z, term = z;
        for (int odd = 3; term > 1e-18 * sum; odd += 2)
        {
            term *= z * z / odd;
            sum += term;
        }

        return sum;
    }

    /// <summary>density / (z + 1/(z + 2/(z + ...))).</summary>
    private static Enclosure Fraction(double z, double density)
    {
        double one = z, other = z + Levels / z;
        for (int level = Levels - 1; level >= 1; level--)
            (one, other) = (z + level / one, z + level / other);
        double first = density / one, second = density / other;
        return new Enclosure(Math.Min(first, second) * (1 - Error), Math.Max(first, second) * (1 + Error));
    }
}
