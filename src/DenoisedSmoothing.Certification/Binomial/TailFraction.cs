namespace DenoisedSmoothing.Statistics;

/// <summary>
/// P(X >= k) / P(X = k) for k at or above the mean, as a continued fraction whose elements are all positive: no cancellation, and
/// consecutive convergents enclose the value (A. R. DiDonato and A. H. Morris, "Algorithm 708", 1992, the fraction of their BFRAC:
/// I_x(a, b) at a = k, b = n - k + 1).
/// </summary>
internal static class TailFraction
{
    private const double Unit = ElementaryFunctions.Unit;

    /// <summary>Returns F with P(X >= k) = P(X = k) k q / F, and a bound on F's relative error.</summary>
    /// <param name="k">1 to n.</param>
    /// <param name="n">1 to 2^53.</param>
    /// <param name="p">The probability of a success, within 1 unit.</param>
    /// <param name="q">1 - p, within 1 unit.</param>
    /// <param name="excess">k - np, not negative, within 1 unit.</param>
    internal static (double Value, double RelativeError) Denominator(long k, long n, double p, double q, double excess)
    {
        // Elements needed: a few where k is far out, about n^(1/3) at the mean; element n - k + 1 is 0 and ends the fraction exactly.
        for (long depth = 8; ; depth *= 2)
        {
            bool ends = depth > n - k;
            long last = ends ? n - k : depth;
            (double value, double next, double rounding) = Convergents(k, n, p, q, excess, last);
            if (ends)
                return (value, rounding);
            double gap = Math.Abs(next - value) / value;

            // The true fraction lies between the true convergents, each within rounding of ours: counted once for the value, twice for the
            // gap.
            if (gap <= rounding)
                return (value, gap + 3 * rounding);
        }
    }

    /// <summary>
    /// The fraction cut after element <paramref name="last"/>, and one element later, and the relative rounding error of each.
    /// </summary>
    /// <remarks>
    /// Built from the inside out, together with the error bound, in units: a denominator errs by 11, a numerator by 13, their quotient by 1
    /// more and by the error of the level inside it. A sum of positive terms errs by their mean error, weighted by size, and 1 for the
    /// addition.
    /// </remarks>
    private static (double Value, double Next, double Rounding) Convergents(
        double k, double n, double p, double q, double excess, long last)
    {
        double misses = n - k;
        double value = Denominator(last), next = value + Numerator(last + 1) / Denominator(last + 1), units = 26;
        for (long m = last; m >= 1; m--)
        {
            double numerator = Numerator(m), denominator = Denominator(m - 1), quotient = numerator / value;
            value = denominator + quotient;
            units = 1 + (11 * denominator + (14 + units) * quotient) / value;
            next = denominator + numerator / next;
        }

        // Products of errors, and the rounding of this bound itself, are far below the 1% added. Both convergents have the same weights.
        return (value, next, 1.01 * units * Unit);

        double Numerator(double m)
        {
            double c = k + (2 * m - 1);
            return (k + m - 1) / c * ((n + m) / c) * (m * p) * ((misses - m + 1) * p);
        }

        double Denominator(double m)
        {
            double middle = m == 0 ? 0 : m * (misses - m + 1) * p / (k + (2 * m - 1));
            return m + middle + (k + m) * (excess + q + m * (1 + q)) / (k + (2 * m + 1));
        }
    }
}
