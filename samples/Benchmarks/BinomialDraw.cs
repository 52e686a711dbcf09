using MathNet.Numerics;

namespace DenoisedSmoothing.Benchmarks;

/// <summary>Exact draws from Binomial(n, p) by inversion from the mode outwards: about one standard deviation of steps.</summary>
internal static class BinomialDraw
{
    public static long Next(Random random, long n, double p)
    {
        if (p >= 1)
            return n;
        if (p <= 0)
            return 0;
        long mode = Math.Min(n, (long)((n + 1) * p));
        double odds = p / (1 - p), uniform = random.NextDouble();
        double down = Math.Exp(SpecialFunctions.BinomialLn((int)n, (int)mode) + (mode * Math.Log(p))
            + ((n - mode) * SpecialFunctions.Log1p(-p)));
        double up = down;
        if ((uniform -= down) < 0)
            return mode;
        for (long low = mode, high = mode; low > 0 || high < n;)
        {
            if (high < n)
            {
                up *= (n - high) / (high + 1.0) * odds;
                high++;
                if ((uniform -= up) < 0)
                    return high;
            }

            if (low > 0)
            {
                down *= low / (n - low + 1.0) / odds;
                low--;
                if ((uniform -= down) < 0)
                    return low;
            }

            if (up + down < 1e-300)
                break;
        }

        return mode; // the 1e-12 or so that rounding leaves over
    }
}
