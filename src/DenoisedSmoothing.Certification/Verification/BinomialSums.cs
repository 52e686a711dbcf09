namespace DenoisedSmoothing.Verification;

/// <summary>
/// Tails of the binomial distribution by summation: each probability is its neighbour's times a ratio, the likeliest counts as 1, and
/// dividing by the total normalises. It has no logarithm, factorial or continued fraction, so it shares no formula with the bounds that it
/// checks.
/// </summary>
/// <remarks>
/// All terms are positive, so that errors cannot grow by cancellation: 8 units per step of the recurrence bound each sum.
/// </remarks>
internal static class BinomialSums
{
    private const double Unit = 1.0 / (1L << 53), Negligible = 1e-17, Vanished = 1e-290;

    /// <summary>P(X >= k) for X ~ Binomial(n, p), p strictly between 0 and 1 and taken as exact.</summary>
    public static Enclosure AtLeast(long k, long n, double p) => Share(k, n, n, p);

    /// <summary>P(X &lt;= k).</summary>
    public static Enclosure AtMost(long k, long n, double p) => Share(0, k, n, p);

    /// <summary>P(first &lt;= X &lt;= last), where one of the two is an end of the range.</summary>
    private static Enclosure Share(long first, long last, long n, double p)
    {
        if (first > last)
            return new Enclosure(0, 0);
        if (first <= 0 && last >= n)
            return new Enclosure(1, 1);
        long mode = Math.Clamp((long)((n + 1.0) * p), 0, n);
        double odds = p / (1 - p);
        double total = 1, part = mode >= first && mode <= last ? 1 : 0, missing = 0, missingPart = 0;
        long steps = 0;
        Walk(n - mode, step => (n - mode - step) / (mode + step + 1.0) * odds, step => mode + step + 1, towards: last == n);
        Walk(mode, step => (mode - step) / (n - mode + step + 1.0) / odds, step => mode - step - 1, towards: first == 0);

        // What the walks left out belongs to the total, and to the part if they ended inside it.
        double error = 16 * (steps + 4) * Unit;
        double low = part / (total + missing), high = (part + missingPart) / total;
        return new Enclosure(low * (1 - error), Math.Min(1, high * (1 + error)));

        void Walk(long length, Func<long, double> ratio, Func<long, long> place, bool towards)
        {
            double weight = 1;
            for (long step = 0; step < length; step++)
            {
                double next = ratio(step);
                weight *= next;
                long at = place(step);
                bool inside = at >= first && at <= last;
                total += weight;
                part += inside ? weight : 0;
                steps = Math.Max(steps, step + 1);

                // The ratios decrease outwards, so the rest is below a geometric series.
                double rest = next < 1 ? weight * next / (1 - next) : double.PositiveInfinity;
                if (weight < Vanished || (rest <= Negligible * total && (!towards || (inside && rest <= Negligible * part))))
                {
                    missing += Math.Min(rest, 1);
                    missingPart += towards || inside ? Math.Min(rest, 1) : 0;
                    return;
                }
            }
        }
    }
}
