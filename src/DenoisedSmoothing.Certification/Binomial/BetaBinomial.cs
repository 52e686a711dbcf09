namespace DenoisedSmoothing.Statistics;

/// <summary>
/// What the next d votes may bring after k hits in n, with every p equally likely beforehand: the beta-binomial distribution. Only for
/// decisions about cost, so not guarded against rounding.
/// </summary>
internal static class BetaBinomial
{
    private const double Negligible = 1e-12;

    /// <summary>The mean of a function over the hits among the next votes.</summary>
    /// <param name="k">Hits so far.</param>
    /// <param name="n">Votes so far.</param>
    /// <param name="d">Votes to come.</param>
    /// <param name="value">A function of the hits to come, 0 to d.</param>
    internal static double Mean(long k, long n, long d, Func<double, double> value)
    {
        double a = k + 1, b = n - k + 1, p = a / (a + b);
        double deviation = Math.Sqrt(d * p * (1 - p) * (a + b + d) / (a + b + 1));
        return deviation > 50 && d * (1 - p) > 500 ? Normal(d * p, deviation, value) : Exactly(a, b, d, value);
    }

    private static double Exactly(double a, double b, long d, Func<double, double> value)
    {
        // From the mode outwards by the ratio of neighbours; dividing by the total normalises.
        long mode = Math.Clamp((long)(d * (a / (a + b))), 0, d);
        double total = 1, sum = value(mode), weight = 1;
        for (long j = mode; j < d && weight > Negligible; j++)
        {
            weight *= (d - j) / (j + 1.0) * ((a + j) / (b + (d - j - 1)));
            total += weight;
            sum += weight * value(j + 1);
        }

        weight = 1;
        for (long j = mode; j > 0 && weight > Negligible; j--)
        {
            weight *= j / (d - j + 1.0) * ((b + (d - j)) / (a + (j - 1)));
            total += weight;
            sum += weight * value(j - 1);
        }

        return sum / total;
    }

    private static double Normal(double mean, double deviation, Func<double, double> value)
    {
        double total = 0, sum = 0;
        for (int i = -56; i <= 56; i++)
        {
            double z = i / 8.0, weight = Math.Exp(-z * z / 2);
            total += weight;
            sum += weight * value(mean + z * deviation);
        }

        return sum / total;
    }
}
