namespace DenoisedSmoothing.Tests.SecondOpinion;

/// <summary>
/// Binomial probabilities between bounds some 18 digits apart, for up to a million trials: factorials, powers and plain sums.
/// </summary>
internal static class BinomialReference
{
    /// <summary>P(X >= k) for X ~ Binomial(n, p), p exactly this double.</summary>
    public static Enclosure AtLeast(int k, int n, double p) => AtLeast(k, n, p, out _);

    /// <summary>The same, with an approximate P(X >= k) / P(X = k), for slopes.</summary>
    public static Enclosure AtLeast(int k, int n, double p, out double overProbability) =>
        AtLeast(k, n, Enclosure.Of(p), Enclosure.One - Enclosure.Of(p), out overProbability);

    /// <summary>P(X &lt;= k), and an approximate P(X &lt;= k) / P(X = k).</summary>
    public static Enclosure AtMost(int k, int n, double p, out double overProbability) =>
        AtLeast(n - k, n, Enclosure.One - Enclosure.Of(p), Enclosure.Of(p), out overProbability);

    private static Enclosure AtLeast(int k, int n, Enclosure p, Enclosure q, out double overProbability)
    {
        overProbability = double.NaN;
        if (k <= 0)
            return Enclosure.One;
        if (k > n)
            return Enclosure.Zero;
        double mean = n * p.Low.ToDouble(), deviation = Math.Sqrt(mean * q.Low.ToDouble());
        if (k < mean - 3 * deviation)
            return Enclosure.One - AtLeast(n - k + 1, n, q, p, out _);
        Enclosure ratio = Ratio(k, n, p, q);
        overProbability = ratio.Low.ToDouble();
        return Factorials.Of(n) / (Factorials.Of(k) * Factorials.Of(n - k)) * p.Power(k) * q.Power(n - k) * ratio;
    }

    /// <summary>The sum of P(X = j) / P(X = k) over j from k to n, term by term.</summary>
    private static Enclosure Ratio(int k, int n, Enclosure p, Enclosure q)
    {
        Wide odds = (p / q).Low, term = Wide.One, sum = term;
        int last = k;
        while (last < n && term.Exponent > sum.Exponent - 75)
        {
            term = Wide.Multiply(term.TimesFraction((uint)(n - last), (uint)(last + 1)), odds, up: false);
            sum = Wide.Add(sum, term, up: false);
            last++;
        }

        // Each term is below its true value by less than 2^-84 of it for each step so far (a fraction, a product, the rounded odds), and
        // there are fewer than 2^20 steps.
        Wide missing = Wide.Multiply(sum, new Wide(UInt128.One << 127, -127 - 64), up: true);
        if (last < n)
        {
            // Ratios of neighbours fall, so that what was left out is less than a geometric series. The last term is good to a factor of 2.
            Enclosure next = Enclosure.Of(n - last) / Enclosure.Of(last + 1) * (p / q);
            Enclosure rest = new Enclosure(term, Wide.Multiply(term, Wide.Of(2UL), up: true)) * next / (Enclosure.One - next);
            missing = Wide.Add(missing, rest.High, up: true);
        }

        return new(sum, Wide.Add(sum, missing, up: true));
    }
}
