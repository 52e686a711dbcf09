namespace DenoisedSmoothing.Statistics;

/// <summary>Tails of the binomial distribution as logarithms with proven error bounds; p is taken as exact.</summary>
internal static class BinomialTail
{
    private const double Unit = ElementaryFunctions.Unit;

    /// <summary>log P(X >= k) for X ~ Binomial(n, p), 0 &lt; p &lt; 1; its slope is the derivative with respect to log p.</summary>
    internal static LogProbability AtLeast(long k, long n, double p)
    {
        if (k <= 0)
            return LogProbability.One;
        if (k > n)
            return LogProbability.Zero;
        double excess = Math.FusedMultiplyAdd(-n, p, k);
        return excess >= 0
            ? Far(k, n, p, 1 - p, excess)
            : Complement(Far(n - k + 1, n, 1 - p, p, Math.FusedMultiplyAdd(n, p, 1 - k)), p, 1 - p);
    }

    /// <summary>log P(X &lt;= k) for X ~ Binomial(n, p), 0 &lt; p &lt; 1; its slope is the derivative with respect to log(1 - p).</summary>
    internal static LogProbability AtMost(long k, long n, double p)
    {
        if (k >= n)
            return LogProbability.One;
        if (k < 0)
            return LogProbability.Zero;
        double excess = Math.FusedMultiplyAdd(n, p, -k);
        return excess >= 0
            ? Far(n - k, n, 1 - p, p, excess)
            : Complement(Far(k + 1, n, p, 1 - p, Math.FusedMultiplyAdd(-n, p, k + 1)), 1 - p, p);
    }

    /// <summary>log P(X >= k) where k is at or above the mean. See <see cref="BinomialPmf"/> for what must be exact.</summary>
    private static LogProbability Far(long k, long n, double p, double q, double excess)
    {
        LogProbability pmf = BinomialPmf.Log(k, n, p, q, excess);
        if (k == n)
            return pmf;
        (double denominator, double relativeError) = TailFraction.Denominator(k, n, p, q, excess);
        double ratio = Math.Log(k * q / denominator);
        double value = pmf.Value + ratio;

        // d P(X >= k) / dp = k P(X = k) / p, so the slope with respect to log p is k divided by the ratio.
        double error = pmf.Error + relativeError + Unit * (4 + 4 * Math.Abs(ratio) + Math.Abs(value));
        return new(value, error, denominator / q);
    }

    /// <summary>log(1 - P) for a P of at most about one half, with its slope with respect to log q.</summary>
    private static LogProbability Complement(LogProbability other, double p, double q)
    {
        double probability = Math.Exp(other.Value), rest = 1 - probability;
        double value = ElementaryFunctions.Log1P(-probability);
        double error = probability / rest * (2 * other.Error + Unit * (8 + 2 * Math.Abs(other.Value))) + 12 * Unit * Math.Abs(value);
        return new(value, error, p / q * probability / rest * other.Slope);
    }
}
